//! Loading a table with a key, and loading the same rows again.

use crate::contender::{connect, encoded};
use crate::data::{N, W};
use crate::figure::count;
use crate::measure::{Cost, Rounds, cost};
use crate::peers::{PACKAGE, Python};
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::{AtLeast, AtMost};
use crate::ways::Way;
use pg_bulk_ingest::{Batch, ingest};
use std::convert::Infallible;
use tokio_postgres::Client;

const OURS: &str = "pg-bulk-ingest, no table before";
const ON_TWO: &str = "pg-bulk-ingest, 2 connections, no table before";
const OURS_INTO_EMPTY: &str = "pg-bulk-ingest, an empty table before";

/// What else is measured.
const WAL: &str = "WAL, MB";
const GROWTH: &str = "grown by, MB";

pub(crate) async fn run(url: &str, settings: &Settings) {
    let (first, again) = measure::<W>(url, settings, settings.rounds).await;
    let sql = Way::Python.name();
    let target = |what: &str, bound, measured| settings.target(what, bound, measured);
    let what = "first load of keyed W, to the Python package's SQL";
    target(what, AtMost(0.40), first.wall(OURS, sql));
    let what = "first load of keyed W on 2 connections, to the same";
    target(what, AtMost(0.28), first.wall(ON_TWO, sql));
    let what = "the same rows of W again, to the Python package's SQL";
    target(what, AtMost(0.38), again.wall(OURS, sql));
    let what = "the same rows of W again on 2 connections, to the same";
    target(what, AtMost(0.30), again.wall(ON_TWO, sql));
    target("the same rows of W again: WAL, MB", AtMost(1.0), again.other(OURS, WAL));
    let what = "the same rows of W again: growth of the table, MB";
    target(what, AtMost(0.0), again.other(OURS, GROWTH));
    let what = "first load of keyed W: the Python package to us";
    target(what, AtLeast(8.0), first.wall(PACKAGE, OURS));
    let (first, _) = measure::<N>(url, settings, settings.few()).await;
    let what = "first load of keyed N: the Python package to us";
    target(what, AtLeast(18.0), first.wall(PACKAGE, OURS));
}

/// The first load, and the same rows again.
async fn measure<R: Rows>(url: &str, settings: &Settings, rounds: usize) -> (Rounds, Rounds) {
    let rows = R::make(settings.rows);
    let chunks = encoded(&rows);
    let mut client = connect(url).await;
    let table = R::NAME;
    let with_key = format!("{}; ALTER TABLE {table} ADD PRIMARY KEY (id)", R::create(table));
    client.batch_execute(&format!("DROP TABLE IF EXISTS {table}; {with_key}")).await.unwrap();
    Way::Python.run::<R>(&client, &chunks).await;
    let python = Python::start(url, table);

    let mut measured = (Rounds::default(), Rounds::default());
    for round in 0..rounds {
        for name in [Way::Python.name(), OURS, ON_TWO, OURS_INTO_EMPTY, PACKAGE] {
            let takes_part = match name {
                PACKAGE => python.is_some() && round < settings.few(),
                OURS_INTO_EMPTY => round < settings.some(),
                _ => true,
            };
            if !takes_part {
                continue;
            }
            client.batch_execute(&format!("DROP TABLE {table}")).await.unwrap();
            if name == Way::Python.name() || name == OURS_INTO_EMPTY {
                client.batch_execute(&with_key).await.unwrap();
            }
            // The package takes as long again, and its statements are measured anyway.
            let loads = if name == PACKAGE { 1 } else { 2 };
            for rounds in [&mut measured.0, &mut measured.1].into_iter().take(loads) {
                client.batch_execute("CHECKPOINT").await.unwrap();
                let before = Size::now(&client, table).await;
                let cost = match (name, &python) {
                    (PACKAGE, Some(python)) => python.load("package-keyed"),
                    (OURS | OURS_INTO_EMPTY, _) => ours(&mut client, url, &rows, 1).await,
                    (ON_TWO, _) => ours(&mut client, url, &rows, 2).await,
                    _ => cost(Way::Python.run::<R>(&client, &chunks)).await,
                };
                let after = Size::now(&client, table).await;
                rounds.add(name, cost);
                rounds.add_other(name, WAL, (after.wal - before.wal) / 1e6);
                rounds.add_other(name, GROWTH, (after.table - before.table) / 1e6);
            }
        }
    }
    let (name, count) = (R::LETTER, count(rows.len()));
    measured.0.print(settings, &format!("{name} with a key: the first load of {count} rows"));
    measured.1.print(settings, &format!("{name} with a key: the same rows again"));
    client.batch_execute(&format!("DROP TABLE {table}")).await.unwrap();
    measured
}

async fn ours<R: Rows>(client: &mut Client, url: &str, rows: &[R], connections: usize) -> Cost {
    cost(async {
        let connect = || async { Ok::<_, Infallible>(connect(url).await) };
        let ingest = ingest::<R::Keyed<'_>>(client).connections(connections, connect);
        ingest.batches(|_| [Batch::new(rows.iter().map(R::keyed))]).await.unwrap();
    })
    .await
}

/// Bytes that were ever written of WAL, and that the table has with its indexes.
struct Size {
    wal: f64,
    table: f64,
}

impl Size {
    async fn now(client: &Client, table: &str) -> Self {
        let sql = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8, \
                   coalesce(pg_total_relation_size(to_regclass($1)), 0)::float8";
        let row = client.query_one(sql, &[&table]).await.unwrap();
        Self { wal: row.get(0), table: row.get(1) }
    }
}
