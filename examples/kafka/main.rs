//! Events from Kafka, each in the table once: the offset of the last event of each partition is stored with
//! the rows, in the same transaction, and not with the broker.
//!
//! `cargo run --features kafka --example kafka -- localhost:9092 events 0 1 2` loads partitions 0 to 2 of
//! topic `events` into the database of `DATABASE_URL`, until it is stopped. Run it on as many machines as
//! you like, each with partitions of its own.

use anyhow::Context;
use futures_util::StreamExt;
use pg_bulk_ingest::{Cut, IngestTable, Overlap, Watermarks, ingest};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::{Message, Offset, TopicPartitionList};
use std::time::Duration;

/// An event. What identifies it is where it is in the log.
#[derive(IngestTable)]
#[ingest(table = "kafka_events", primary_key(topic, partition, offset))]
struct Event {
    topic: String,
    partition: i32,
    offset: i64,
    key: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
}

impl Event {
    fn read(message: &impl Message) -> Self {
        Self {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            key: message.key().map(<[u8]>::to_vec),
            payload: message.payload().map(<[u8]>::to_vec),
        }
    }
}

/// A consumer of one partition that begins after an offset. It takes part in no group, and commits no
/// offset: those in PostgreSQL are what counts.
fn consumer(
    brokers: &str,
    topic: &str,
    partition: i32,
    after: Option<i64>,
) -> anyhow::Result<StreamConsumer> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "unused")
        .set("enable.auto.commit", "false")
        .create()?;
    let mut assigned = TopicPartitionList::new();
    let from = after.map_or(Offset::Beginning, |last| Offset::Offset(last + 1));
    assigned.add_partition_offset(topic, partition, from)?;
    consumer.assign(&assigned)?;
    Ok(consumer)
}

/// Loads a partition. A batch is committed each second in which events came.
async fn load(url: &str, brokers: &str, topic: &str, partition: i32) -> anyhow::Result<()> {
    let (mut client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    ingest::<Event>(&mut client)
        .watermarks(Watermarks::table("ops", "ingest_state"))
        .source(format!("{topic}/{partition}"))
        .overlap(Overlap::Wait)
        .row_stream(
            |after: Option<i64>| {
                let consumer = consumer(brokers, topic, partition, after)?;
                // A message is borrowed from its consumer, so the stream owns that.
                let events = futures_util::stream::unfold(consumer, async |consumer| {
                    let event = consumer.recv().await.map(|message| Event::read(&message));
                    Some((event, consumer))
                });
                anyhow::Ok(events.boxed())
            },
            |event| event.offset,
        )
        .cut(Cut::period(Duration::from_secs(1)))
        .distinct()
        .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = std::env::var("DATABASE_URL").context("DATABASE_URL says where to load to")?;
    let mut arguments = std::env::args().skip(1);
    let brokers = arguments.next().context("the brokers come first")?;
    let topic = arguments.next().context("the topic comes second")?;
    let partitions = arguments.map(|argument| argument.parse()).collect::<Result<Vec<i32>, _>>()?;
    let loads = partitions.into_iter().map(|partition| load(&url, &brokers, &topic, partition));
    futures_util::future::try_join_all(loads).await?;
    Ok(())
}
