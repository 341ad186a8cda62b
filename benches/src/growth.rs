//! What a row costs as batches and tables grow.

use crate::contender::connect;
use crate::data::{KeyedN, N, create_narrow, narrow};
use crate::html::Kind;
use crate::measure::{Settings, cost, median};
use pg_bulk_ingest::{Batch, ingest};
use tokio_postgres::Client;

const COST: &str = "µs per row, against the rows of the table";

pub(crate) async fn run(url: &str, settings: &Settings) {
    let mut client = connect(url).await;
    println!("growth: µs per row of N");
    let mut points = Vec::new();
    for size in [settings.rows / 100, settings.rows / 10, settings.rows, settings.rows * 10] {
        let rows = narrow(size);
        let mut walls = Vec::new();
        for _ in 0..settings.rounds {
            empty(&client, "").await;
            let load = async {
                ingest::<N>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
            };
            walls.push(cost(load).await.wall.as_secs_f64());
        }
        let each = print(&format!("{size} rows into an empty table"), size, walls);
        points.push((float(size), each));
    }
    settings.plot("Rows into an empty table", COST, Kind::Line(std::mem::take(&mut points)));
    let batch = (settings.rows / 100).max(1);
    for size in [settings.rows / 10, settings.rows, settings.rows * 10] {
        fill(&client, size).await;
        let mut walls = Vec::new();
        for round in 0..settings.rounds {
            let rows = changed(size, batch, round);
            client.batch_execute("CHECKPOINT").await.unwrap();
            let load = async {
                ingest::<KeyedN>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
            };
            walls.push(cost(load).await.wall.as_secs_f64());
        }
        let each = print(&format!("{batch} changed rows merged into {size}"), batch, walls);
        points.push((float(size), each));
    }
    settings.plot(format!("{batch} rows merged into a table"), COST, Kind::Line(points));
    client.batch_execute("DROP TABLE n").await.unwrap();
    println!();
}

/// Prints what a row costs, and answers it.
fn print(what: &str, rows: usize, walls: Vec<f64>) -> f64 {
    let each = median(walls.into_iter()) * 1e6 / float(rows);
    println!("{what:48} {each:>10.3}");
    each
}

#[expect(clippy::cast_precision_loss, reason = "there are few rows")]
fn float(rows: usize) -> f64 {
    rows as f64
}

async fn empty(client: &Client, constraint: &str) {
    let create = create_narrow("n");
    client.batch_execute(&format!("DROP TABLE IF EXISTS n; {create}; {constraint}")).await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
}

/// The table with its key and this many rows.
async fn fill(client: &Client, size: usize) {
    empty(client, "ALTER TABLE n ADD PRIMARY KEY (id)").await;
    client
        .batch_execute(&format!(
            "INSERT INTO n SELECT i, '2020-01-01'::timestamptz + i * interval '1 s', i / 8.0, \
             i % 1000 FROM generate_series(0, {size} - 1) i"
        ))
        .await
        .unwrap();
    client.batch_execute("VACUUM ANALYZE n").await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
}

/// Rows whose keys are scattered over a table of this size, and whose values are new.
fn changed(size: usize, rows: usize, round: usize) -> Vec<KeyedN> {
    let step = (size / rows).max(1);
    let mut changed: Vec<KeyedN> = narrow(rows).iter().map(N::keyed).collect();
    for (at, row) in changed.iter_mut().enumerate() {
        row.id = i64::try_from(at * step).unwrap_or(0);
        row.sensor = -1 - i32::try_from(round).unwrap_or(0);
    }
    changed
}
