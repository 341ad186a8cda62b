//! What the tests share: one throw-away server, a database for each test, a look at it from
//! outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "for tests")]

mod check;
mod copy_format;
mod database;
mod dice;
mod hold;
mod poll;
mod pooler;
mod proxy;
mod round_trips;
mod snapshot;
mod stores;
mod views;

pub use check::{commenting, encoding, quoting};
pub use copy_format::{Cells, read_array, read_copy};
pub use database::{Database, connect, prepare, rows};
pub use dice::Dice;
pub use hold::{Holds, Values};
pub use poll::poll_up_to;
pub use pooler::Pooler;
pub use proxy::{At, Call, Copied, Direction, Harm, Message, Proxy};
pub use round_trips::RoundTrips;
pub use snapshot::{assert_same, snapshot};
pub use stores::{ingest, keeps_in_table};
pub use views::{assert_same_views, snapshot_of_views};

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
