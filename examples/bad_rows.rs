//! Bad rows, set aside: a file of JSON lines with a line that is broken, a text with a NUL, one that is too
//! long, an order without a customer, and a number that is given twice. All good rows are loaded, in one batch,
//! and each bad one is named by its line.
//!
//! `cargo run --example bad_rows` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{Batch, IngestTable, Rejects, SetAside, ingest};
use serde::Deserialize;
use std::io::BufRead;

/// A line, and a row.
#[derive(Deserialize, IngestTable)]
#[ingest(table = "example_orders")]
struct Order {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(unique)]
    number: i64,
    customer: String,
    #[ingest(sql_type = "varchar(12)")]
    note: String,
}

const FILE: &str = r#"{"id": 1, "number": 101, "customer": "ann", "note": "today"}
{"id": 2, "number": 102, "customer": "bob", "note": "far too long a note"}
{"id": 3, "number": 103, "customer": "ann
{"id": 4, "number": 104, "customer": "eve", "note": "who is eve?"}
{"id": 5, "number": 105, "customer": "bob", "note": "a\u0000b"}
{"id": 6, "number": 101, "customer": "bob", "note": "101 again"}
{"id": 7, "number": 107, "customer": "bob", "note": "tomorrow"}
"#;

/// The rows of a file, each line of which is a row or an error.
fn rows(file: impl BufRead + Send) -> impl Iterator<Item = anyhow::Result<Order>> + Send {
    file.lines().map(|line| Ok(serde_json::from_str(&line?)?))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_orders, example_customers";
    let (_server, mut client) = scratch::server::start(cleanup).await?;
    // What the server refuses is set aside where the table is there already.
    ingest::<Order>(&mut client).migrate().await?;
    client
        .batch_execute(
            "CREATE TABLE example_customers (name text PRIMARY KEY);
             INSERT INTO example_customers VALUES ('ann'), ('bob');
             ALTER TABLE example_orders ADD FOREIGN KEY (customer) REFERENCES example_customers",
        )
        .await?;

    let mut lines = Vec::new();
    let report = ingest::<Order>(&mut client)
        .set_aside(SetAside {
            at_most: 5,
            share: 1.0,
            source_errors: true,
            into: Rejects::call(|rejected| lines.push((rejected.row, rejected.to_string()))),
        })
        .batches(|_| Batch::new(rows(FILE.as_bytes())))
        .await?;
    println!("{report}\n");

    lines.sort();
    for (line, rejected) in lines {
        println!("line {line}: {rejected}");
    }
    println!();
    scratch::table::print(&client, "SELECT * FROM example_orders ORDER BY id").await?;
    Ok(())
}
