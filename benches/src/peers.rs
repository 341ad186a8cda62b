//! Other libraries that load the same rows: crates, with the feature `peers`, and Python's.

#[cfg(feature = "peers")]
pub(crate) mod arrow;
#[cfg(feature = "peers")]
mod diesel;
mod python;
#[cfg(feature = "peers")]
mod sqlx;

use crate::data::{N, W};
use crate::measure::Cost;
use crate::settings::Settings;
#[cfg(feature = "peers")]
use arrow::Batches;
pub(crate) use python::{PACKAGE, Python};
use std::pin::Pin;

/// pg-bulk-ingest-arrow, and what is given the same record batches.
pub(crate) const ARROW: &str = "pg-bulk-ingest-arrow, of Arrow";
pub(crate) const PGPQ: &str = "pgpq, of Arrow";

/// A library that loads rows into the table of their name.
pub(crate) trait Peer {
    fn name(&self) -> &'static str;

    /// Loads the rows once. What it needs was made of them before.
    fn load(&mut self) -> Pin<Box<dyn Future<Output = Cost> + '_>>;

    /// Whether it makes the table itself.
    fn makes_table(&self) -> bool {
        false
    }

    /// In how many of the rounds it takes part, from the first on.
    fn rounds(&self, settings: &Settings) -> usize {
        settings.some()
    }
}

/// Rows that peers load.
pub(crate) trait Peers: Sized {
    /// The crates.
    async fn crates<'r>(rows: &'r [Self], url: &str) -> Vec<Box<dyn Peer + 'r>>;
}

#[cfg(feature = "peers")]
impl Peers for W {
    async fn crates<'r>(rows: &'r [Self], url: &str) -> Vec<Box<dyn Peer + 'r>> {
        let batches = Self::batches(rows);
        vec![
            Box::new(arrow::Ours::<Self>::new(url, "w", batches.clone()).await),
            Box::new(arrow::Pgpq::new(url, "w", batches).await),
            Box::new(diesel::CopyFrom::wide(url, rows)),
            Box::new(sqlx::CopyInRaw::new(url, rows).await),
            Box::new(sqlx::Unnest::new(url, rows).await),
        ]
    }
}

#[cfg(feature = "peers")]
impl Peers for N {
    async fn crates<'r>(rows: &'r [Self], url: &str) -> Vec<Box<dyn Peer + 'r>> {
        let batches = Self::batches(rows);
        vec![
            Box::new(arrow::Ours::<Self>::new(url, "n", batches.clone()).await),
            Box::new(arrow::Pgpq::new(url, "n", batches).await),
            Box::new(diesel::CopyFrom::narrow(url, rows)),
            Box::new(sqlx::CopyInRaw::new(url, rows).await),
            Box::new(sqlx::Unnest::new(url, rows).await),
        ]
    }
}

#[cfg(not(feature = "peers"))]
impl Peers for W {
    async fn crates<'r>(_: &'r [Self], _: &str) -> Vec<Box<dyn Peer + 'r>> {
        Vec::new()
    }
}

#[cfg(not(feature = "peers"))]
impl Peers for N {
    async fn crates<'r>(_: &'r [Self], _: &str) -> Vec<Box<dyn Peer + 'r>> {
        Vec::new()
    }
}
