//! What the tests share: one throw-away server, a database for each test, a look at it from
//! outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "for tests")]

mod database;
mod round_trips;
mod snapshot;

pub use database::{Database, rows};
pub use round_trips::RoundTrips;
pub use snapshot::{assert_same, snapshot};

use local_postgres::LocalPostgres;
use std::sync::LazyLock;

/// The server's major version.
#[must_use]
pub fn version() -> u32 {
    SERVER.version().unwrap_or_else(|error| panic!("{error}"))
}

/// The server of all tests of a process. It ends with the process, however that ends.
static SERVER: LazyLock<LocalPostgres> = LazyLock::new(|| {
    let server = LocalPostgres::builder().setting("max_prepared_transactions", "10").start();
    server.unwrap_or_else(|error| panic!("{error}"))
});
