//! Columns of types of your own: a newtype as the type within it, text for a type that only PostgreSQL reads, a
//! struct as JSON, a column that the server fills.
//!
//! `cargo run --example own_types` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{Batch, Filled, IngestColumn, IngestTable, NoWatermark, ingest};
use serde::Serialize;

/// A newtype is a column of what is in it.
#[derive(IngestColumn)]
struct CustomerId(i64);

/// Stored as JSON.
#[derive(Serialize)]
struct Contact {
    email: &'static str,
    phone: Option<&'static str>,
}

#[derive(IngestTable)]
#[ingest(table = "example_customers")]
struct Customer {
    #[ingest(primary_key)]
    id: CustomerId,
    /// Any type that PostgreSQL reads from text.
    #[ingest(text, sql_type = "point")]
    at: &'static str,
    #[ingest(json)]
    contact: Contact,
    /// Filled by the server, never sent.
    #[ingest(generated = "contact ->> 'email'")]
    email: Filled<Option<String>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_customers";
    let (_server, mut client) = scratch::server::start(cleanup).await?;
    let customer = |id, at, email| Customer {
        id: CustomerId(id),
        at,
        contact: Contact { email, phone: None },
        email: Filled,
    };

    let rows = [
        customer(1, "(51.5, -0.1)", "ann@example.com"),
        customer(2, "(48.9, 2.4)", "bob@example.com"),
    ];
    ingest::<Customer>(&mut client).batches(|_: Option<NoWatermark>| Batch::new(rows)).await?;
    scratch::table::print(&client, "SELECT * FROM example_customers ORDER BY id").await?;

    let rows = [
        customer(3, "(91.2, 0.1)", "cid@example.com"),
        customer(4, "somewhere", "dee@example.com"),
    ];
    let load = ingest::<Customer>(&mut client).batches(|_: Option<NoWatermark>| Batch::new(rows));
    println!("{}", load.await.expect_err("somewhere is no point"));
    Ok(())
}
