//! A connection pool (deadpool): the ingest borrows a connection of the pool, and a large batch is copied over
//! several of them at once.
//!
//! `cargo run --example pool` starts a throw-away server; with `DATABASE_URL` it uses yours.

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, ingest};
use tokio_postgres::NoTls;

#[derive(IngestTable)]
#[ingest(table = "example_measures")]
struct Measure {
    #[ingest(primary_key)]
    id: i32,
    text: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = local_postgres::LocalPostgres::start()?;
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(server.default_url().parse()?, NoTls, config);
    let pool = Pool::builder(manager).max_size(2).build()?;

    let mut client = pool.get().await?;
    client.batch_execute("DROP TABLE IF EXISTS example_measures").await?;
    let rows =
        (0..100_000).map(|id| Measure { id, text: format!("measure {id} of a long series") });

    // The pool has to have room for all of them: an ingest that waits for a connection which it holds
    // itself waits for good, unless the pool has a timeout.
    let report = ingest::<Measure>(&mut client)
        .connections(2, || pool.get())
        .batches(|_: Option<NoWatermark>| Batch::new(rows))
        .await?;
    println!("{} rows in {} batch", report.rows, report.batches);

    // The connection goes back as it came: nothing of the ingest is left on it.
    drop(client);
    let row =
        pool.get().await?.query_one("SELECT count(*), max(id) FROM example_measures", &[]).await?;
    println!("{} rows, up to id {}", row.get::<_, i64>(0), row.get::<_, i32>(1));
    println!("{} connections are in the pool", pool.status().size);
    Ok(())
}
