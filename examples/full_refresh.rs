//! A full refresh: all rows of a table are replaced in one instant. The view, the index, the grant and the
//! materialized view that depend on it are there afterwards as they were, and a reader sees the old rows or
//! the new ones, and never an empty table.
//!
//! `cargo run --example full_refresh` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{Batch, Delete, IngestTable, NoWatermark, Visibility, ingest};
use scratch::table::print;
use tokio_postgres::Client;

/// A price, as of today.
#[derive(IngestTable)]
#[ingest(table = "example_prices")]
struct Price {
    #[ingest(primary_key)]
    product: i32,
    cents: i32,
}

const BY_OTHERS: &str = "
    CREATE INDEX ON example_prices (cents);
    CREATE VIEW example_cheap AS SELECT product FROM example_prices WHERE cents < 500;
    CREATE MATERIALIZED VIEW example_average AS SELECT round(avg(cents)) AS cents FROM example_prices;
    GRANT SELECT ON example_prices, example_cheap TO PUBLIC";

/// Replaces the rows. With `AfterLastBatch` several batches are one instant, too.
async fn refresh(client: &mut Client, prices: Vec<Price>) -> anyhow::Result<()> {
    let report = ingest::<Price>(client)
        .delete(Delete::BeforeFirstBatch)
        .visibility(Visibility::AfterLastBatch)
        .batches(|_: Option<NoWatermark>| Batch::new(prices))
        .await?;
    let table = &report.tables[0];
    println!("{} rows deleted, {} inserted", table.deleted, table.inserted);
    Ok(())
}

async fn show(client: &Client) -> anyhow::Result<()> {
    print(
        client,
        "SELECT (SELECT count(*) FROM example_prices) AS prices,
            (SELECT array_agg(product ORDER BY product) FROM example_cheap) AS cheap,
            (SELECT cents FROM example_average) AS average,
            (SELECT count(*) FROM pg_indexes WHERE tablename = 'example_prices') AS indexes,
            has_table_privilege('public', 'example_prices', 'SELECT') AS granted",
    )
    .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (_server, mut client) =
        scratch::server::start("DROP TABLE IF EXISTS example_prices CASCADE").await?;

    refresh(&mut client, (1..=5).map(|product| Price { product, cents: product * 200 }).collect())
        .await?;
    client.batch_execute(BY_OTHERS).await?;
    show(&client).await?;

    refresh(&mut client, (1..=9).map(|product| Price { product, cents: product * 100 }).collect())
        .await?;
    show(&client).await
}
