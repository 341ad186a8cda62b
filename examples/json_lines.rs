//! JSON lines in columns: fields of an inner object as columns of their own (`flatten`), what has no fixed
//! shape as one `jsonb` column (`json`), a list as an array, a missing field as NULL.
//!
//! `cargo run --example json_lines` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{IngestTable, ingest};
use serde::Deserialize;
use std::io::BufRead;

/// A line, and a row.
#[derive(Deserialize, IngestTable)]
#[ingest(table = "example_visits")]
struct Visit {
    #[ingest(primary_key)]
    id: i64,
    page: String,
    #[ingest(flatten, prefix = "visitor_")]
    visitor: Visitor,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    #[ingest(json)]
    extra: Option<serde_json::Value>,
}

/// The inner object.
#[derive(Deserialize, IngestTable)]
struct Visitor {
    country: String,
    age: Option<i16>,
}

const FILE: &str = r#"{"id": 1, "page": "/", "visitor": {"country": "GB", "age": 41}, "tags": ["new", "paid"]}
{"id": 2, "page": "/cart", "visitor": {"country": "FR"}, "extra": {"items": [3, 7]}}
"#;

/// The rows of a file; an error says the line. `R: Send`, as the ingest is.
fn rows(file: impl BufRead + Send) -> impl Iterator<Item = anyhow::Result<Visit>> + Send {
    file.lines().zip(1..).map(|(line, number)| {
        serde_json::from_str(&line?).map_err(|error| anyhow::anyhow!("line {number}: {error}"))
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (_server, mut client) =
        scratch::server::start("DROP TABLE IF EXISTS example_visits").await?;

    let report = ingest::<Visit>(&mut client)
        // The ids of the log grow: the next run takes those after the last.
        .rows(
            |after: Option<i64>| {
                rows(FILE.as_bytes()).filter(move |row| {
                    row.as_ref().map_or(true, |visit| after.is_none_or(|after| visit.id > after))
                })
            },
            |visit| visit.id,
        )
        .ordered()
        .await?;
    println!("{report}\n");

    scratch::table::print(&client, "SELECT * FROM example_visits ORDER BY id").await?;
    Ok(())
}
