//! A connection pool (bb8): the ingest borrows a connection of the pool, and a large batch is copied over
//! several of them at once.
//!
//! `cargo run --example pool_bb8` starts a throw-away server; with `DATABASE_URL` it uses yours.

use bb8::Pool;
use bb8_postgres::PostgresConnectionManager;
use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, ingest};
use std::time::Duration;
use tokio_postgres::NoTls;

#[derive(IngestTable)]
#[ingest(table = "example_samples")]
struct Sample {
    #[ingest(primary_key)]
    id: i32,
    text: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = local_postgres::LocalPostgres::start()?;
    let manager = PostgresConnectionManager::new_from_stringlike(server.default_url(), NoTls)?;
    // With room for all connections of the ingest: one that the pool cannot give in time is an error.
    let pool = Pool::builder().max_size(2).connection_timeout(Duration::from_secs(10));
    let pool = pool.build(manager).await?;

    let mut client = pool.get().await?;
    client.batch_execute("DROP TABLE IF EXISTS example_samples").await?;
    let rows = (0..100_000).map(|id| Sample { id, text: format!("sample {id} of a long series") });
    // Further connections are kept until the ingest ends, so that they may not borrow the pool.
    let report = ingest::<Sample>(&mut client)
        .connections(2, || pool.get_owned())
        .batches(|_: Option<NoWatermark>| Batch::new(rows))
        .await?;
    println!("{} rows in {} batch", report.rows, report.batches);

    // The connection goes back as it came: nothing of the ingest is left on it.
    drop(client);
    let row =
        pool.get().await?.query_one("SELECT count(*), max(id) FROM example_samples", &[]).await?;
    println!("{} rows, up to id {}", row.get::<_, i64>(0), row.get::<_, i32>(1));
    println!("{} connections are in the pool", pool.state().connections);
    Ok(())
}
