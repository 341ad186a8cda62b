//! What the library logs, by the crate `tracing`: a line for each batch at INFO, each statement at DEBUG, what a
//! person should see at WARN. Events of a batch are in a span that has the names of the tables.
//!
//! `cargo run --example logs` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
}

use pg_bulk_ingest::{Batch, IngestTable, ingest};
use tracing::Level;

#[derive(IngestTable)]
#[ingest(table = "example_logged")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .without_time()
        .with_ansi(false)
        .with_writer(std::io::stdout)
        .init();

    let cleanup = "DROP TABLE IF EXISTS example_logged";
    let (_server, mut client) = scratch::server::start(cleanup).await?;
    // A table that somebody made by hand, with a column that the struct does not have: it is left alone, and
    // a WARN says so.
    let by_hand = "CREATE TABLE example_logged (id int PRIMARY KEY, note text)";
    client.batch_execute(by_hand).await?;

    ingest::<Row>(&mut client)
        .batches(|_| (1..=2).map(|id| Batch::new([Row { id }]).high_watermark(id)))
        .await?;
    Ok(())
}
