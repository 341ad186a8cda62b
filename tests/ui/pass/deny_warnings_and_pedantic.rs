//! No lint finds anything in an expansion.

#![deny(warnings, unused, nonstandard_style, rust_2018_idioms, future_incompatible)]
#![deny(missing_docs, single_use_lifetimes, unused_lifetimes, unused_qualifications)]
#![deny(unreachable_pub, unused_results, trivial_casts, elided_lifetimes_in_paths)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![forbid(unsafe_code)]

use pg_bulk_ingest::{IngestTable, IngestTables};

/// A row.
#[derive(Debug, IngestTable)]
#[ingest(schema = "s", unique(name, note))]
pub struct Customer<'a> {
    /// The key.
    #[ingest(primary_key)]
    pub id: i32,
    /// A name.
    #[ingest(sql_type = "varchar(16)")]
    pub name: &'a str,
    /// A note.
    pub note: Option<String>,
    /// JSON.
    #[ingest(json)]
    pub tags: Option<Vec<String>>,
    /// More JSON.
    #[ingest(json, sql_type = "json")]
    pub more: Vec<String>,
}

/// Another row.
#[derive(Debug, IngestTable)]
pub struct Order<T> {
    /// The key.
    #[ingest(primary_key)]
    pub id: T,
}

/// Both.
#[derive(Debug, IngestTables)]
pub enum Shop<'a> {
    /// Customers.
    Customer(Customer<'a>),
    /// Orders.
    Order(Order<i32>),
}

fn main() {
    assert_eq!(Shop::TABLES, [Customer::TABLE, Order::<i32>::TABLE]);
}
