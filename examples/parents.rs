//! Rows that refer to each other by ids of the server's: an invoice, and its lines with the id of the invoice.
//! The ids are reserved of the identity beforehand, in one round trip, and rows are pushed one by one.
//!
//! `cargo run --example parents` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{IngestTable, IngestTables, ingest};

#[derive(IngestTable)]
#[ingest(table = "example_invoices")]
struct Invoice {
    #[ingest(primary_key, identity)]
    id: i64,
    customer: &'static str,
}

#[derive(IngestTable)]
#[ingest(table = "example_lines", primary_key(invoice, number))]
struct Line {
    invoice: i64,
    number: i16,
    text: &'static str,
}

#[derive(IngestTables)]
enum Accounts {
    Invoice(Invoice),
    Line(Line),
}

/// What the source has: no ids.
const INVOICES: [(&str, &[&str]); 2] = [("Ann", &["lamp", "desk"]), ("Bob", &["rug"])];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_lines, example_invoices";
    let (_server, mut client) = scratch::server::start(cleanup).await?;
    // Ids are those of a table that is there.
    ingest::<Accounts>(&mut client).migrate().await?;

    let mut session = ingest::<Accounts>(&mut client).start::<String>().await?;
    let ids = session.reserve::<Invoice>(INVOICES.len()).await?;
    let mut batch = session.batch().await?;
    for (id, (customer, lines)) in ids.into_iter().zip(INVOICES) {
        batch.write(Invoice { id, customer }).await?;
        for (text, number) in lines.iter().zip(1..) {
            batch.write(Line { invoice: id, number, text }).await?;
        }
    }
    // Dropped instead, the batch is rolled back.
    batch.commit("january".to_owned()).await?;
    println!("{}\n", session.finish().await?);

    let sql = "SELECT i.id, i.customer, l.number, l.text FROM example_invoices i
        JOIN example_lines l ON l.invoice = i.id ORDER BY i.id, l.number";
    scratch::table::print(&client, sql).await?;
    Ok(())
}
