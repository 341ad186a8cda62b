//! Through PgBouncer in transaction mode, with a single connection to the server: nothing has to be set, and
//! nothing of the ingest is left on the connection that the next client gets.
//!
//! `cargo run --example pgbouncer` needs PgBouncer installed, and says so if it is not.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod table;
}

use local_postgres::{Error, LocalPostgres, PgBouncer};
use pg_bulk_ingest::{Batch, IngestTable, ingest};

#[derive(IngestTable)]
#[ingest(table = "example_pooled")]
struct Event {
    #[ingest(primary_key)]
    id: i32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = LocalPostgres::builder().ignore_database_url().start()?;
    let place = server.url("postgres").parse::<tokio_postgres::Config>()?;
    let place = format!("host=127.0.0.1 port={} user=postgres", place.get_ports()[0]);
    let settings = [("pool_mode", "transaction"), ("default_pool_size", "1")];
    let pooler = match PgBouncer::start(&place, &settings) {
        Err(Error::NoPgBouncer) => {
            println!("PgBouncer is not installed: nothing is shown");
            return Ok(());
        }
        pooler => pooler?,
    };

    let url = format!("postgresql://postgres@127.0.0.1:{}/postgres", pooler.port());
    let mut client = scratch::client::connect(&url).await?;
    for _ in 0..2 {
        let report = ingest::<Event>(&mut client)
            .batches(|after: Option<i32>| {
                let first = after.map_or(1, |after| after + 1);
                (first..first + 2).map(|id| Batch::new([Event { id }]).high_watermark(id))
            })
            .await?;
        println!("{} batches, up to {:?}", report.batches, report.high_watermark);
    }
    println!();

    // Another client of the pooler, on the same connection to the server.
    let next = scratch::client::connect(&url).await?;
    let sql = "SELECT (SELECT count(*) FROM example_pooled) AS rows,
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS locks,
        (SELECT count(*) FROM pg_class WHERE relpersistence = 't') AS temporary";
    scratch::table::print(&next, sql).await?;
    Ok(())
}
