//! What a row costs as batches and tables grow.

use crate::contender::{connect, encoded};
use crate::data::{KeyedN, N, narrow};
use crate::figure::count;
use crate::measure::{cost, median};
use crate::plot::Kind;
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use crate::ways::Way;
use pg_bulk_ingest::{Batch, ingest};
use tokio_postgres::Client;

const OURS: &str = "pg-bulk-ingest";

const COST: &str = "µs per row, against the rows of the table";

pub(crate) async fn run(url: &str, settings: &Settings) {
    let mut client = connect(url).await;
    println!("growth: µs per row of N");
    appended(&mut client, settings).await;
    merged(&mut client, settings).await;
    client.batch_execute("DROP TABLE n").await.unwrap();
    println!();
}

/// Rows into an empty table.
async fn appended(client: &mut Client, settings: &Settings) {
    let mut points = Vec::new();
    for size in [settings.rows / 100, settings.rows / 10, settings.rows, settings.rows * 10] {
        let rows = narrow(size);
        let mut walls = Vec::new();
        for _ in 0..settings.some() {
            empty(client, "").await;
            let load = async {
                ingest::<N>(client).batches(|_| [Batch::new(&rows)]).await.unwrap();
            };
            walls.push(cost(load).await.wall.as_secs_f64());
        }
        let each = print(&format!("{} rows into an empty table", count(size)), size, walls);
        points.push((float(size), each));
    }
    let costs = || points.iter().map(|(_, cost)| *cost);
    let spread = costs().fold(0.0, f64::max) / costs().fold(f64::INFINITY, f64::min);
    let what = "a row of N, in loads of 1 to 1,000 times as many: most to least";
    settings.target(what, AtMost(1.20), spread);
    settings.plot(
        "Rows into an empty table",
        COST,
        Kind::AgainstRows(vec![(OURS.to_owned(), points)]),
    );
}

/// Changed rows, merged into tables of several sizes: beside ON CONFLICT, which does nothing but
/// follow the index.
async fn merged(client: &mut Client, settings: &Settings) {
    let batch = (settings.rows / 100).max(1);
    let (mut of_sql, mut of_ours) = (Vec::new(), Vec::new());
    for size in [settings.rows / 10, settings.rows, settings.rows * 10] {
        fill(client, size).await;
        let (mut by_sql, mut by_us) = (Vec::new(), Vec::new());
        for round in 0..settings.rounds {
            let chunks = encoded(&changed(size, batch, round * 2));
            client.batch_execute("VACUUM n").await.unwrap();
            client.batch_execute("CHECKPOINT").await.unwrap();
            let sql = cost(Way::KeyOrder.run::<N>(client, &chunks)).await;
            by_sql.push(sql.wall.as_secs_f64());
            let rows = changed(size, batch, round * 2 + 1);
            let rows = rows.iter().map(N::keyed).collect::<Vec<_>>();
            client.batch_execute("VACUUM n").await.unwrap();
            client.batch_execute("CHECKPOINT").await.unwrap();
            let load = async {
                ingest::<KeyedN>(client).batches(|_| [Batch::new(&rows)]).await.unwrap();
            };
            by_us.push(cost(load).await.wall.as_secs_f64());
        }
        let what = format!("{} changed rows merged into {}", count(batch), count(size));
        let each = print(&format!("{what}, ON CONFLICT"), batch, by_sql);
        of_sql.push((float(size), each));
        of_ours.push((float(size), print(&what, batch, by_us)));
    }
    let growth = |of: &[(f64, f64)]| of[of.len() - 1].1 / of[0].1;
    let what = format!("{} rows into 100 times as many: our growth to ON CONFLICT's", count(batch));
    settings.target(what, AtMost(1.10), growth(&of_ours) / growth(&of_sql));
    let by_sql = Way::KeyOrder.name().to_owned();
    let lines = Kind::AgainstRows(vec![(OURS.to_owned(), of_ours), (by_sql, of_sql)]);
    settings.plot(format!("{} rows merged into a table", count(batch)), COST, lines);
}

/// Prints what a row costs, and answers it.
fn print(what: &str, rows: usize, walls: Vec<f64>) -> f64 {
    let each = median(walls.into_iter()) * 1e6 / float(rows);
    println!("{what:56} {each:>10.3}");
    each
}

#[expect(clippy::cast_precision_loss, reason = "there are few rows")]
fn float(rows: usize) -> f64 {
    rows as f64
}

async fn empty(client: &Client, constraint: &str) {
    let create = N::create("n");
    client.batch_execute(&format!("DROP TABLE IF EXISTS n; {create}; {constraint}")).await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
}

/// The table with its key and this many rows.
async fn fill(client: &Client, size: usize) {
    empty(client, "").await;
    client
        .batch_execute(&format!(
            "INSERT INTO n SELECT i, '2020-01-01'::timestamptz + i * interval '1 s', i / 8.0, \
             i % 1000 FROM generate_series(0, {size} - 1) i"
        ))
        .await
        .unwrap();
    client.batch_execute("ALTER TABLE n ADD PRIMARY KEY (id)").await.unwrap();
    client.batch_execute("VACUUM ANALYZE n").await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
}

/// Rows whose keys are scattered over a table of this size, and whose values are new.
fn changed(size: usize, rows: usize, round: usize) -> Vec<N> {
    let step = (size / rows).max(1);
    let mut changed = narrow(rows);
    for (at, row) in changed.iter_mut().enumerate() {
        row.id = i64::try_from(at * step).unwrap_or(0);
        row.mark(-1 - i32::try_from(round).unwrap_or(0));
    }
    changed
}
