//! A CSV file in a table: columns by their headers, empty cells as NULL, dates and numbers as such. A line
//! that cannot be read ends the ingest: the error says which line it is, and the table stays as it was.
//!
//! `cargo run --example csv_file` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use chrono::NaiveDate;
use pg_bulk_ingest::{Error, IngestTable, NoWatermark, Report, ingest};
use serde::Deserialize;
use std::io::Read;
use tokio_postgres::Client;

/// A line of the file, and a row of the table.
#[derive(Deserialize, IngestTable)]
#[ingest(table = "example_orders")]
struct Order {
    #[ingest(primary_key)]
    id: i64,
    placed: NaiveDate,
    customer: String,
    #[serde(rename = "total in cents")]
    cents: Option<i64>,
}

const FILE: &str = r#"id,placed,customer,total in cents
1,2026-01-30,Ann,1250
2,2026-01-31,"Bob, of Bristol",
3,2026-01-31,Cid,800
"#;

const CORRECTED: &str =
    "id,placed,customer,total in cents\n2,2026-01-31,Bob,990\n3,31/01/2026,Cid,800\n";

/// Loads a file, in one batch: all of it is visible, or nothing. Lines are read as they are sent.
async fn load(client: &mut Client, file: impl Read + Send) -> Result<Report<NoWatermark>, Error> {
    let lines = csv::Reader::from_reader(file).into_deserialize::<Order>();
    ingest::<Order>(client).rows(|_| lines, |_| NoWatermark).await
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (_server, mut client) =
        scratch::server::start("DROP TABLE IF EXISTS example_orders").await?;

    println!("{}\n", load(&mut client, FILE.as_bytes()).await?);
    let error = load(&mut client, CORRECTED.as_bytes()).await.expect_err("a date is wrong");
    println!("{error:?}\n");

    scratch::table::print(&client, "SELECT * FROM example_orders ORDER BY id").await?;
    Ok(())
}
