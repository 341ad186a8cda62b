//! A consumer group: a log in four partitions, each a source with a high watermark of its own, loaded into
//! one table by consumers that share the partitions among them. Each consumer is a process. One is killed
//! by SIGKILL in the middle of its work; another takes over its partitions, and goes on where it was. Every
//! event is there once.
//!
//! `cargo run --example consumers` starts a throw-away server; with `DATABASE_URL` it uses yours.

use anyhow::Context;
use pg_bulk_ingest::{Cut, IngestTable, Overlap, Phase, Watermarks, ingest};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tokio_postgres::{Client, SimpleQueryMessage};

/// An event, as the log has it.
#[derive(IngestTable)]
#[ingest(table = "example_events")]
struct Event {
    partition: i32,
    offset: i64,
    text: String,
}

/// In each partition.
const EVENTS: i64 = 50_000;

/// The events of a partition from an offset on: what a broker's client would return.
fn read(partition: i32, from: i64) -> impl Iterator<Item = Event> + Send {
    (from..EVENTS).map(move |offset| {
        let text = format!("event {offset} of partition {partition}");
        Event { partition, offset, text }
    })
}

/// Loads the rest of a partition, in batches of 500 events. The high watermark is the offset of the last
/// event, and is committed with the events: no offset is committed anywhere else.
async fn consume(client: &mut Client, partition: i32) -> anyhow::Result<()> {
    let report = ingest::<Event>(client)
        .watermarks(Watermarks::table("example_ops", "ingest_state"))
        .source(format!("events/{partition}"))
        // The session of a consumer that died may still be in its batch.
        .overlap(Overlap::Wait)
        .on_progress(move |progress| {
            if progress.phase == Phase::Commit {
                println!("partition {partition}: batch {}", progress.batch);
            }
        })
        .rows(
            move |after: Option<i64>| read(partition, after.map_or(0, |last| last + 1)),
            |event: &Event| event.offset,
        )
        .cut(Cut::rows(500))
        .await?;
    println!("partition {partition}: done, after {} batches", report.batches);
    Ok(())
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Starts a consumer: this program again, with the partitions that it is assigned.
fn start(url: &str, partitions: &[i32]) -> anyhow::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(partitions.iter().map(ToString::to_string)).env("CONSUMES_FROM", url);
    Ok(command.stdout(Stdio::piped()).spawn()?)
}

/// Waits for a consumer, and says how it ended.
fn finish(name: &str, mut consumer: Child) -> anyhow::Result<()> {
    let output = consumer.stdout.take().context("its output is read")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if line.contains("done") {
            println!("{name}: {line}");
        }
    }
    println!("{name}: {}", consumer.wait()?);
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Ok(url) = std::env::var("CONSUMES_FROM") {
        let mut client = connect(&url).await?;
        for partition in std::env::args().skip(1) {
            consume(&mut client, partition.parse()?).await?;
        }
        return Ok(());
    }
    let server = local_postgres::LocalPostgres::start()?;
    let url = server.default_url();
    let admin = connect(&url).await?;
    let fresh = "DROP TABLE IF EXISTS example_events; DROP SCHEMA IF EXISTS example_ops CASCADE";
    admin.batch_execute(fresh).await?;

    // Two consumers with two partitions each, at the same time. The second is killed after its first batches.
    let first = start(&url, &[0, 1])?;
    let mut second = start(&url, &[2, 3])?;
    let output = second.stdout.as_mut().context("its output is read")?;
    for line in BufReader::new(output).lines().take(5) {
        line?;
    }
    second.kill()?;
    println!("second: {}", second.wait()?);

    // Rebalanced: a third has the partitions of the second.
    let third = start(&url, &[2, 3])?;
    finish("first", first)?;
    finish("third", third)?;

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
            let all = EVENTS.to_string();
            anyhow::ensure!(cell(1) == all && cell(2) == all, "an event is lost or doubled");
        }
    }
    Ok(())
}
