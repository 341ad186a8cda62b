//! A snapshot of which one row in a hundred differs, and a batch of which one row is refused.

use crate::contender::connect;
use crate::data::{KeyedW, W, wide};
use crate::figure::count;
use crate::measure::{Rounds, cost};
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use pg_bulk_ingest::{Batch, Delete, NoWatermark, Rejects, SetAside, ingest};
use tokio_postgres::Client;

const RELOAD: &str = "Delete::BeforeFirstBatch";
const MISSING: &str = "Delete::Missing";
const BY_HAND: &str = "the rows that differ alone, in plain SQL";
const WAL: &str = "WAL MB";

/// One in so many rows is changed, one is new, and one has gone.
const APART: usize = 300;

pub(crate) async fn run(url: &str, settings: &Settings) {
    snapshot(url, settings).await;
    refused(url, settings).await;
}

/// The rows of today: of each three hundred of yesterday's one is changed, and one is gone, and there is a new one.
fn today(yesterday: &[W]) -> Vec<W> {
    let mut rows = yesterday.to_vec();
    rows.iter_mut().step_by(APART).for_each(|row| row.mark(-7));
    let new =
        wide(yesterday.len().div_ceil(APART)).into_iter().map(|row| W { id: -1 - row.id, ..row });
    let mut place = 0;
    rows.retain(|_| {
        place += 1;
        place % APART != 100 % APART
    });
    rows.extend(new);
    rows
}

async fn snapshot(url: &str, settings: &Settings) {
    let mut client = connect(url).await;
    let yesterday = wide(settings.rows);
    let today = today(&yesterday);
    load(&mut client, "w_yesterday", &yesterday, Delete::Off).await;
    load(&mut client, "w_today", &today, Delete::Off).await;
    drop(yesterday);
    client.batch_execute("ANALYZE w_yesterday; ANALYZE w_today").await.unwrap();
    let mut rounds = Rounds::default();
    for _ in 0..settings.some() {
        for name in [RELOAD, MISSING, BY_HAND] {
            let fresh = "DROP TABLE IF EXISTS w; CREATE TABLE w (LIKE w_yesterday INCLUDING ALL);
                INSERT INTO w SELECT * FROM w_yesterday ORDER BY id;
                COMMENT ON TABLE w IS '{\"pg-bulk-ingest\": {}}'";
            client.batch_execute(fresh).await.unwrap();
            for settle in ["VACUUM (FREEZE, ANALYZE) w", "CHECKPOINT"] {
                client.batch_execute(settle).await.unwrap();
            }
            let before = position(&client).await;
            let measured = cost(async {
                match name {
                    RELOAD => load(&mut client, "w", &today, Delete::BeforeFirstBatch).await,
                    MISSING => load(&mut client, "w", &today, Delete::Missing).await,
                    _ => client.batch_execute(&by_hand()).await.unwrap(),
                }
            });
            rounds.add(name, measured.await);
            let wal =
                f64::from(u32::try_from(position(&client).await - before).unwrap_or(u32::MAX));
            rounds.add_other(name, WAL, wal / 1e6);
            let differ = "SELECT count(*) FROM (TABLE w EXCEPT TABLE w_today) AS differ";
            let differ: i64 = client.query_one(differ, &[]).await.unwrap().get(0);
            assert_eq!(differ, 0);
        }
    }
    let title = format!("a snapshot of {} rows of W, of which 1% differ", count(today.len()));
    rounds.print(settings, &title);
    settings.target(format!("{title}: to a reload"), AtMost(0.5), rounds.wall(MISSING, RELOAD));
    let wal = rounds.other(MISSING, WAL) / rounds.other(BY_HAND, WAL);
    settings.target(format!("{title}: WAL, to by hand"), AtMost(1.3), wal);
    client.batch_execute("DROP TABLE w, w_yesterday, w_today").await.unwrap();
}

/// Writes the rows that differ, and no other.
fn by_hand() -> String {
    let set = W::OTHERS.iter().map(|name| format!("{name} = new.{name}"));
    let differs = crate::table::record::<W>("new");
    format!(
        "BEGIN;
        DELETE FROM w WHERE NOT EXISTS (SELECT FROM w_today new WHERE new.id = w.id);
        UPDATE w SET {} FROM w_today new WHERE new.id = w.id AND {differs} IS DISTINCT FROM {};
        INSERT INTO w SELECT * FROM w_today new WHERE NOT EXISTS (SELECT FROM w WHERE w.id = new.id);
        COMMIT",
        set.collect::<Vec<_>>().join(", "),
        crate::table::record::<W>("w"),
    )
}

async fn position(client: &Client) -> i64 {
    let position = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint";
    client.query_one(position, &[]).await.unwrap().get(0)
}

async fn load(client: &mut Client, table: &str, rows: &[W], delete: Delete) {
    let rows = rows.iter().map(Rows::keyed);
    let ingest = ingest::<KeyedW<'_>>(client).into_table("public", table).delete(delete);
    ingest.batches(|_: Option<NoWatermark>| Batch::new(rows)).await.unwrap();
}

async fn refused(url: &str, settings: &Settings) {
    const NONE: &str = "no row refused, and none to be set aside";
    const CASES: [&str; 4] = [
        NONE,
        "no row refused",
        "one that the encoder refuses, set aside",
        "one that a CHECK refuses, set aside",
    ];
    let mut client = connect(url).await;
    let mut rows = wide(settings.rows);
    ingest::<KeyedW<'_>>(&mut client).migrate().await.unwrap();
    client.batch_execute("ALTER TABLE w ADD CHECK (tenant >= 0)").await.unwrap();
    let (middle, mut rounds) = (rows.len() / 2, Rounds::default());
    for _ in 0..settings.some() {
        for (place, name) in CASES.into_iter().enumerate() {
            for settle in ["TRUNCATE w; DROP TABLE IF EXISTS w_rejected", "CHECKPOINT"] {
                client.batch_execute(settle).await.unwrap();
            }
            let good = rows[middle].clone();
            match place {
                2 => "\0".clone_into(&mut rows[middle].name),
                3 => rows[middle].mark(-1),
                _ => {}
            }
            let measured = cost(async {
                let ingest = ingest::<KeyedW<'_>>(&mut client);
                let into = Rejects::table();
                let ingest = match name {
                    NONE => ingest,
                    _ => ingest.set_aside(SetAside { into, ..SetAside::default() }),
                };
                let rows = rows.iter().map(Rows::keyed);
                let batch = |_: Option<NoWatermark>| Batch::new(rows);
                let report = ingest.batches(batch).await.unwrap();
                assert_eq!(report.tables[0].rejected, u64::from(place > 1));
            });
            rounds.add(name, measured.await);
            rows[middle] = good;
        }
    }
    let title = format!("{} rows of W into an empty table, merged", count(rows.len()));
    rounds.print(settings, &title);
    for name in &CASES[2..] {
        let ratio = rounds.wall(name, NONE);
        settings.target(format!("{name}: to none"), AtMost(1.2), ratio);
    }
    client.batch_execute("DROP TABLE w; DROP TABLE IF EXISTS w_rejected").await.unwrap();
}
