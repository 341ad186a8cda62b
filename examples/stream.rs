//! A live stream with group commit: events come one by one, and those of a tenth of a second are one batch. So
//! events are visible soon, and a hundred a second are not a hundred transactions.
//!
//! `cargo run --example stream` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use futures_util::stream;
use pg_bulk_ingest::{Cut, IngestTable, Watermarks, ingest};
use std::time::Duration;
use tokio::sync::mpsc;

/// An event of a queue, which numbers them.
#[derive(IngestTable)]
#[ingest(table = "example_queue")]
struct Event {
    offset: i64,
    text: String,
}

/// Sends 100 events, one each 5 ms, as a queue delivers them.
async fn deliver(events: mpsc::Sender<Event>) {
    for offset in 1..=100 {
        let event = Event { offset, text: format!("event {offset}") };
        if events.send(event).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_queue; DROP SCHEMA IF EXISTS example_state CASCADE";
    let (_server, mut client) = scratch::server::start(cleanup).await?;

    let (sender, receiver) = mpsc::channel(1_000);
    tokio::spawn(deliver(sender));
    let events = stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|event| (event, receiver))
    });

    let report = ingest::<Event>(&mut client)
        // A batch a second and more: not in the comment, where it would keep autovacuum away.
        .watermarks(Watermarks::table("example_state", "ingests"))
        .row_stream(
            // A real queue is asked for what comes after the stored offset.
            |_after: Option<i64>| events,
            |event| event.offset,
        )
        .cut(Cut::period(Duration::from_millis(100)))
        // Each event has an offset of its own, so the newest need not wait for the next.
        .distinct()
        .ordered()
        .await?;
    let fewer = report.batches < report.rows;
    println!("{} events in fewer batches: {fewer}", report.rows);

    let stored = ingest::<Event>(&mut client)
        .watermarks(Watermarks::table("example_state", "ingests"))
        .stored::<i64>()
        .await?;
    println!("the next run begins after {stored:?}\n");
    scratch::table::print(&client, r#"SELECT count(*), max("offset") FROM example_queue"#).await?;
    Ok(())
}
