//! A consumer group: a log in four partitions, each a source with a high watermark of its own, loaded into
//! one table by consumers that share the partitions among them. One of them dies in the middle of a
//! batch; another takes over its partitions, and goes on where it was. Every event is there once.
//!
//! `cargo run --example consumers` starts a throw-away server; with `DATABASE_URL` it uses yours.

use pg_bulk_ingest::{Cut, IngestTable, Overlap, Watermarks, ingest};
use tokio_postgres::{Client, SimpleQueryMessage};

/// An event, as the log has it.
#[derive(IngestTable, Clone)]
#[ingest(table = "example_events")]
struct Event {
    partition: i32,
    offset: i64,
    text: String,
}

const PARTITIONS: i32 = 4;
const EVENTS: i64 = 3_000;

/// The events of a partition from an offset on: what a broker's client would return. At one of them the
/// consumer dies.
fn read(
    partition: i32,
    from: i64,
    dies_at: i64,
) -> impl Iterator<Item = anyhow::Result<Event>> + Send {
    (from..EVENTS).map(move |offset| {
        anyhow::ensure!(offset != dies_at, "the consumer dies at offset {dies_at}");
        let text = format!("event {offset} of partition {partition}");
        Ok(Event { partition, offset, text })
    })
}

/// Loads the rest of a partition, in batches of 500 events. The high watermark is the offset of the last
/// event, and is committed with the events: no offset is committed anywhere else.
async fn consume(client: &mut Client, partition: i32, dies_at: i64) -> anyhow::Result<()> {
    let report = ingest::<Event>(client)
        .watermarks(Watermarks::table("example_ops", "ingest_state"))
        .source(format!("events/{partition}"))
        // The session of a consumer that died may still be in its batch.
        .overlap(Overlap::Wait)
        .rows(
            move |after: Option<i64>| read(partition, after.map_or(0, |last| last + 1), dies_at),
            |event: &Event| event.offset,
        )
        .cut(Cut::rows(500))
        .await?;
    println!("{report}");
    Ok(())
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A consumer: a connection of its own, and the partitions that it was assigned.
async fn consumer(url: String, partitions: Vec<i32>, dies_at: i64) -> anyhow::Result<()> {
    let mut client = connect(&url).await?;
    for partition in partitions {
        consume(&mut client, partition, dies_at).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = local_postgres::LocalPostgres::start()?;
    let url = server.default_url();
    let admin = connect(&url).await?;
    let fresh = "DROP TABLE IF EXISTS example_events; DROP SCHEMA IF EXISTS example_ops CASCADE";
    admin.batch_execute(fresh).await?;

    // Two consumers with two partitions each, at the same time. The second does not get far.
    let (first, second) = tokio::join!(
        tokio::spawn(consumer(url.clone(), vec![0, 1], -1)),
        tokio::spawn(consumer(url.clone(), vec![2, 3], 1_234)),
    );
    first??;
    println!("{}\n", second?.expect_err("it dies"));

    // Rebalanced: the first has the partitions of the second, and may be given its own again.
    consumer(url, (0..PARTITIONS).collect(), -1).await?;

    let sql = r#"SELECT partition, count(*), count(DISTINCT "offset"), min("offset"), max("offset")
        FROM example_events GROUP BY partition ORDER BY partition"#;
    for message in admin.simple_query(sql).await? {
        if let SimpleQueryMessage::Row(row) = message {
            let cell = |i| row.get(i).unwrap_or_default();
            println!(
                "partition {}: {} events, {} of them distinct, offsets {} to {}",
                cell(0),
                cell(1),
                cell(2),
                cell(3),
                cell(4)
            );
        }
    }
    Ok(())
}
