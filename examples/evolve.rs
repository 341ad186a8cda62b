//! A table through four versions of its struct. Before each step the plan is printed, as one would
//! read it before a deployment. A reader looks at the table all the while; how long it had to wait
//! at worst is printed in the end.
//!
//! `cargo run --example evolve` starts a throw-away server; with `DATABASE_URL` it uses yours.

use pg_bulk_ingest::{Batch, IngestTable, ingest};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls};

const TABLE: &str = "evolve_reading";
const ROWS: i32 = 200_000;

/// The beginning.
#[derive(IngestTable)]
#[ingest(table = "evolve_reading")]
struct First {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    sensor: String,
    value: f64,
}

/// A longer name, a new column at the end, and an index: all of it in place.
#[derive(IngestTable)]
#[ingest(table = "evolve_reading")]
struct Second {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(16)", index)]
    sensor: String,
    value: f64,
    #[ingest(default = "'C'")]
    unit: String,
}

/// Larger numbers, for which every row is written anew: the table is rebuilt.
#[derive(IngestTable)]
#[ingest(table = "evolve_reading")]
struct Third {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(sql_type = "varchar(16)", index)]
    sensor: String,
    value: f64,
    #[ingest(default = "'C'")]
    unit: String,
}

/// Another key, and a column less: in place.
#[derive(IngestTable)]
#[ingest(table = "evolve_reading", primary_key(sensor, id))]
struct Fourth {
    id: i64,
    #[ingest(sql_type = "varchar(16)")]
    sensor: String,
    value: f64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = local_postgres::LocalPostgres::start()?;
    let url = server.default_url();
    let mut client = connect(&url).await?;
    client.batch_execute(&format!("DROP TABLE IF EXISTS {TABLE}")).await?;

    let name = |id: i32| format!("s{}", id % 100);
    let first = (0..ROWS).map(|id| First { id, sensor: name(id), value: 0.5 });
    step(&mut client, "the first version", first.collect()).await?;

    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(read(connect(&url).await?, Arc::clone(&stop)));

    let unit = || "C".to_owned();
    let id = ROWS;
    let row = Second { id, sensor: "a longer name".to_owned(), value: 1.0, unit: unit() };
    step(&mut client, "the second version", vec![row]).await?;
    let id = i64::from(i32::MAX) + 1;
    let row = Third { id, sensor: name(1), value: 1.0, unit: unit() };
    step(&mut client, "the third version", vec![row]).await?;
    let row = Fourth { id: id + 1, sensor: name(2), value: 1.0 };
    step(&mut client, "the fourth version", vec![row]).await?;

    stop.store(true, Ordering::Relaxed);
    let (looks, longest) = reader.await??;
    println!("the reader looked {looks} times, and waited {longest:?} at worst");
    Ok(())
}

/// Prints what is going to be done, and does it.
async fn step<S>(client: &mut Client, version: &str, rows: Vec<S>) -> anyhow::Result<()>
where
    S: IngestTable + pg_bulk_ingest::RowOf<S> + Send + Sync,
{
    println!("== {version}\n");
    println!("{}", ingest::<S>(client).plan().await?);
    let report = ingest::<S>(client).batches(|_| [Batch::new(rows)]).await?;
    println!("{report}\n");
    Ok(())
}

/// Looks at the table again and again. Returns how often, and the longest that it took.
async fn read(
    client: Client,
    stop: Arc<AtomicBool>,
) -> Result<(u64, Duration), tokio_postgres::Error> {
    let (mut looks, mut longest) = (0, Duration::ZERO);
    let sql = format!("SELECT value FROM {TABLE} WHERE id = 1");
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        client.simple_query(&sql).await?;
        longest = longest.max(start.elapsed());
        looks += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok((looks, longest))
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
