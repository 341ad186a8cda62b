//! Which row stays, of several with one key: the last to arrive, the newest by a column, the one that is
//! there; and a column that keeps its first value.
//!
//! `cargo run --example versions` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, TableReport, Upsert, ingest};
use tokio_postgres::Client;

/// The last row to arrive stays.
#[derive(Clone, IngestTable)]
#[ingest(table = "example_last")]
struct Last {
    #[ingest(primary_key)]
    id: i32,
    version: i32,
    /// In the table from the first row on.
    #[ingest(on_update = "keep")]
    first_version: i32,
}

/// The row with the greatest version stays, in whatever order they arrive.
#[derive(Clone, IngestTable)]
#[ingest(table = "example_newest", newest_by(version))]
struct Newest {
    #[ingest(primary_key)]
    id: i32,
    version: i32,
}

async fn load<T>(client: &mut Client, upsert: Upsert, rows: Vec<T>) -> anyhow::Result<TableReport>
where
    T: IngestTable + pg_bulk_ingest::RowOf<T> + Send,
{
    let batch = |_: Option<NoWatermark>| Batch::new(rows);
    let report = ingest::<T>(client).upsert(upsert).batches(batch).await?;
    Ok(report.tables[0].clone())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_last, example_newest";
    let (_server, mut client) = scratch::server::start(cleanup).await?;
    let client = &mut client;

    let last = |version| vec![Last { id: 1, version, first_version: version }];
    let newest = |version| vec![Newest { id: 1, version }];

    println!("Versions 2, 3 and 1 arrive. The last stays, and what it was first:");
    for version in [2, 3, 1] {
        load(client, Upsert::default(), last(version)).await?;
    }
    scratch::table::print(client, "SELECT * FROM example_last").await?;

    println!("Version 9 arrives, and rows that are there are kept:");
    let table = load(client, Upsert::KeepExisting, last(9)).await?;
    println!("inserted {}, existing {}", table.inserted, table.existing);
    scratch::table::print(client, "SELECT * FROM example_last").await?;

    println!("Versions 2, 3 and 1 arrive. The newest stays:");
    for version in [2, 3, 1] {
        let table = load(client, Upsert::default(), newest(version)).await?;
        println!("inserted {}, updated {}, stale {}", table.inserted, table.updated, table.stale);
    }
    scratch::table::print(client, "SELECT * FROM example_newest").await?;
    Ok(())
}
