//! A job under cron, Kubernetes or Airflow: its exit code says whether to run it again. 0 is done, 75
//! (`EX_TEMPFAIL` of sysexits.h) is "try again later", 1 is "a person has to look". A job that starts while
//! the one before it still runs does nothing, and succeeds.
//!
//! `cargo run --example job` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
}

use pg_bulk_ingest::{Batch, Error, IngestTable, Overlap, Report, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "example_daily")]
struct Daily {
    #[ingest(primary_key)]
    day: i32,
    #[ingest(sql_type = "varchar(5)")]
    text: &'static str,
}

/// One run, which loads the next day.
async fn run(
    client: &mut Client,
    overlap: Overlap,
    text: &'static str,
) -> Result<Report<i32>, Error> {
    ingest::<Daily>(client)
        .overlap(overlap)
        .batches(|after: Option<i32>| {
            let day = after.map_or(1, |after| after + 1);
            Batch::new([Daily { day, text }]).high_watermark(day)
        })
        .await
}

/// What `main` would return.
fn exit_code(outcome: &Result<Report<i32>, Error>) -> u8 {
    match outcome {
        Ok(report) => {
            match &report.skipped {
                Some(_) => println!("skipped: another run is in a batch"),
                None => println!("loaded day {:?}", report.high_watermark),
            }
            0
        }
        Err(error) => {
            println!("{}", error.to_string().split("; ").next().unwrap_or_default());
            if error.is_transient() { 75 } else { 1 }
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (server, mut client) = scratch::server::start("DROP TABLE IF EXISTS example_daily").await?;

    println!("exit {}\n", exit_code(&run(&mut client, Overlap::Error, "fine").await));
    println!("exit {}\n", exit_code(&run(&mut client, Overlap::Error, "too long").await));

    // Another run of the job, in the middle of its batch.
    let mut other = scratch::client::connect(&server.default_url()).await?;
    let mut session = ingest::<Daily>(&mut other).start::<i32>().await?;
    let mut batch = session.batch().await?;
    batch.write(Daily { day: 2, text: "other" }).await?;

    println!("exit {}\n", exit_code(&run(&mut client, Overlap::Skip, "fine").await));
    let outcome = run(&mut client, Overlap::Error, "fine").await;
    let transient = outcome.as_ref().is_err_and(Error::is_transient);
    println!("with Overlap::Error it is transient: {transient}\n");

    batch.commit(2).await?;
    drop(session);
    println!("exit {}", exit_code(&run(&mut client, Overlap::Error, "fine").await));
    Ok(())
}
