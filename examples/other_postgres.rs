//! A table of another PostgreSQL: what was changed there since the last run is read as a stream, row by row,
//! and merged here. Neither side holds the whole of it in memory.
//!
//! `cargo run --example other_postgres` starts a throw-away server, with two databases on it.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod table;
}

use chrono::{DateTime, Utc};
use futures_util::{Stream, TryStreamExt};
use pg_bulk_ingest::{IngestTable, Report, ingest};
use scratch::client::connect;
use scratch::table::print;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

/// A product, there and here.
#[derive(IngestTable)]
#[ingest(table = "products")]
struct Product {
    #[ingest(primary_key)]
    id: i32,
    name: String,
    changed: DateTime<Utc>,
}

const THERE: &str = "
    CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, changed timestamptz NOT NULL);
    INSERT INTO products VALUES (1, 'lamp', '2026-01-01'), (2, 'desk', '2026-01-01'), (3, 'rug', '2026-01-02')";

/// What was changed there after an instant, in that order.
async fn changed(
    there: &Client,
    after: Option<DateTime<Utc>>,
) -> Result<
    impl Stream<Item = Result<Product, tokio_postgres::Error>> + Send + use<>,
    tokio_postgres::Error,
> {
    let sql = "SELECT id, name, changed FROM products
        WHERE changed > coalesce($1::timestamptz, '-infinity') ORDER BY changed";
    let rows = there.query_raw(sql, [&after as &(dyn ToSql + Sync)]).await?;
    Ok(rows.and_then(async |row| {
        Ok(Product { id: row.try_get(0)?, name: row.try_get(1)?, changed: row.try_get(2)? })
    }))
}

/// Rows with equal instants are never in two batches, so that none of them is left out next time.
async fn run(there: &Client, here: &mut Client) -> anyhow::Result<Report<DateTime<Utc>>> {
    let ingest = ingest::<Product>(here)
        .row_stream(async |after| changed(there, after).await, |product| product.changed)
        .ordered();
    Ok(ingest.await?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = local_postgres::LocalPostgres::builder().ignore_database_url().start()?;
    server.create_database("there", None)?;
    server.create_database("here", None)?;
    let there = connect(&server.url("there")).await?;
    let mut here = connect(&server.url("here")).await?;
    there.batch_execute(THERE).await?;

    println!("{}\n", run(&there, &mut here).await?);
    let change = "UPDATE products SET name = 'carpet', changed = '2026-01-03' WHERE id = 3";
    there.batch_execute(change).await?;
    println!("{}\n", run(&there, &mut here).await?);

    print(&here, "SELECT id, name, changed::date FROM products ORDER BY id").await?;
    Ok(())
}
