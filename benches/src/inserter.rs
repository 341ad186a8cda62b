//! Rows that come one by one, collected by an inserter, beside a loop by hand that collects as many and merges
//! them by one statement in a transaction.

use crate::contender::connect;
use crate::data::{KeyedN, N, narrow};
use crate::delay;
use crate::measure::median;
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtLeast;
use pg_bulk_ingest::{Batch, Linger, NoWatermark, ingest};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, Statement};

/// Rows of a batch.
const ROWS: usize = 1_024;

const MERGE: &str = "INSERT INTO n
    SELECT * FROM unnest($1::int8[], $2::timestamptz[], $3::float8[], $4::int4[])
    ON CONFLICT (id) DO UPDATE SET ts = excluded.ts, value = excluded.value, sensor = excluded.sensor";

pub(crate) async fn run(url: &str, settings: &Settings) {
    let batches = if settings.smoke { 2 } else { 100 };
    let rows = narrow(ROWS * batches).iter().map(N::keyed).collect::<Vec<_>>();
    println!("rows that come one by one, half of them new: {} of N, rows a second", rows.len());
    println!(
        "{:>13} {:>12} {:>12} {:>8} {:>14} {:>8}",
        "round trip ms", "by hand", "of 1,024", "ratio", "of the default", "ratio"
    );
    for round_trip in [Duration::ZERO, Duration::from_micros(2_500), Duration::from_millis(12)] {
        let (mut by_hand, mut ours, mut larger) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..settings.rounds {
            let mut client = prepared(url, &rows, round_trip).await;
            let statement = client.prepare(MERGE).await.unwrap();
            let start = Instant::now();
            for rows in rows.chunks(ROWS) {
                merge(&mut client, &statement, rows).await;
            }
            by_hand.push(rows.len() as f64 / start.elapsed().as_secs_f64());
            for (linger, speeds) in [
                (Linger { rows: ROWS as u64, ..Linger::default() }, &mut ours),
                (Linger::default(), &mut larger),
            ] {
                let mut client = prepared(url, &rows, round_trip).await;
                let start = Instant::now();
                insert(&mut client, linger, &rows).await;
                speeds.push(rows.len() as f64 / start.elapsed().as_secs_f64());
            }
        }
        let ratio =
            |ours: &[f64]| median(ours.iter().zip(&by_hand).map(|(ours, hand)| ours / hand));
        let (same, more) = (ratio(&ours), ratio(&larger));
        let middle = |speeds: &[f64]| median(speeds.iter().copied());
        println!(
            "{:>13.1} {:>12.0} {:>12.0} {same:>8.2} {:>14.0} {more:>8.2}",
            1_000.0 * round_trip.as_secs_f64(),
            middle(&by_hand),
            middle(&ours),
            middle(&larger),
        );
        let what = format!("inserter, batches of 1,024, round trips of {round_trip:?}: to by hand");
        settings.target(what, AtLeast(0.95), same);
    }
    connect(url).await.batch_execute("DROP TABLE n").await.unwrap();
    println!();
}

/// A connection, and the table with the half of the rows, of which each is going to change.
async fn prepared(url: &str, rows: &[KeyedN], round_trip: Duration) -> Client {
    let mut admin = connect(url).await;
    admin.batch_execute("DROP TABLE IF EXISTS n").await.unwrap();
    let half = rows.iter().step_by(2).map(|row| KeyedN { value: row.value + 1.0, ..row.clone() });
    let batch = Batch::new(half);
    ingest::<KeyedN>(&mut admin).batches(|_: Option<NoWatermark>| batch).await.unwrap();
    admin.batch_execute("VACUUM ANALYZE n").await.unwrap();
    delay::connect(url, round_trip).await
}

async fn merge(client: &mut Client, statement: &Statement, rows: &[KeyedN]) {
    let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let ts = rows.iter().map(|row| row.ts).collect::<Vec<_>>();
    let values = rows.iter().map(|row| row.value).collect::<Vec<_>>();
    let sensors = rows.iter().map(|row| row.sensor).collect::<Vec<_>>();
    let transaction = client.transaction().await.unwrap();
    transaction.execute(statement, &[&ids, &ts, &values, &sensors]).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn insert(client: &mut Client, linger: Linger, rows: &[KeyedN]) {
    let (writer, inserter) = ingest::<KeyedN>(client).inserter::<NoWatermark>(linger);
    let write = async move {
        for row in rows {
            writer.write(row).await.unwrap();
        }
    };
    let (report, ()) = tokio::join!(inserter.run(), write);
    assert_eq!(report.unwrap().rows, rows.len() as u64);
}
