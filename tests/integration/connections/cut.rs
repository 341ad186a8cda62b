//! Loads that end before their time: connections cut, futures dropped.

use super::{Keyed, Plain, further, parts_are_gone, rows, text};
use pg_bulk_ingest::{Batch, Delete};
use tests::{Database, ingest, poll_up_to};
use tokio_postgres::Client;

/// A state that tells whether anything was changed: rows of both tables, and the high watermarks.
const STATE: &str = "SELECT (SELECT count(*) FROM keyed), (SELECT count(*) FROM plain),
    harness.high_watermark('keyed'), harness.high_watermark('plain')";

/// What the further connections fill: a staging table, the new table itself, or that with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Merge,
    Reload,
    KeyedReload,
}

const LOADS: [Load; 3] = [Load::Merge, Load::Reload, Load::KeyedReload];

impl Load {
    fn delete(self) -> Delete {
        if self == Self::Merge { Delete::Off } else { Delete::BeforeFirstBatch }
    }
}

/// Both tables, with rows.
async fn with_rows() -> (Database, Client) {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let keyed = [Keyed { id: -1, value: "a" }];
    let plain = keyed.clone().map(Keyed::plain);
    let ingest_keyed = ingest::<Keyed<'_>>(&mut client);
    ingest_keyed.batches(|_| [Batch::new(keyed).high_watermark(0)]).await.unwrap();
    let ingest_plain = ingest::<Plain<'_>>(&mut client);
    ingest_plain.batches(|_| [Batch::new(plain).high_watermark(0)]).await.unwrap();
    (database, client)
}

/// The processes that have begun to write, but for those of this test's own.
async fn terminate(database: &Database, which: &str) {
    database
        .execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND query LIKE 'COPY %' ORDER BY backend_start {which} LIMIT 1) AS guilty"
        ))
        .await;
}

#[tokio::test]
async fn a_connection_that_is_cut_ends_the_load() {
    let (database, _) = with_rows().await;
    let before = database.row(STATE).await;
    let text = text();
    for which in ["ASC", "DESC"] {
        for load in LOADS {
            // Its connection may be the one that was cut, whether or not it has noticed yet.
            let mut client = database.connect().await;
            let error = if load == Load::Reload {
                let ingest = ingest::<Plain<'_>>(&mut client).delete(load.delete());
                let ingest = ingest.connections(2, || further(&database));
                let mut session = ingest.start::<i32>().await.unwrap();
                let mut batch = session.batch().await.unwrap();
                batch.write_all(rows(&text).map(Keyed::plain)).await.unwrap();
                terminate(&database, which).await;
                batch.commit(1).await.unwrap_err()
            } else {
                let ingest = ingest::<Keyed<'_>>(&mut client).delete(load.delete());
                let ingest = ingest.connections(2, || further(&database));
                let mut session = ingest.start::<i32>().await.unwrap();
                let mut batch = session.batch().await.unwrap();
                batch.write_all(rows(&text)).await.unwrap();
                terminate(&database, which).await;
                batch.commit(1).await.unwrap_err()
            };
            assert!(
                matches!(error.kind(), pg_bulk_ingest::ErrorKind::Connection),
                "{which} {load:?}: {error:?}"
            );
            assert_eq!(database.row(STATE).await, before);
        }
    }
    converges(&database, &text).await;
}

/// The next run does all there is to do, and leaves nothing behind.
async fn converges(database: &Database, text: &str) {
    let mut client = database.connect().await;
    ingest::<Keyed<'_>>(&mut client)
        .connections(2, || further(database))
        .batches(|_| [Batch::new(rows(text)).high_watermark(1)])
        .await
        .unwrap();
    ingest::<Plain<'_>>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .connections(2, || further(database))
        .batches(|_| [Batch::new(rows(text).map(Keyed::plain)).high_watermark(1)])
        .await
        .unwrap();
    assert_eq!(database.row(STATE).await, "6001|6000|1|1");
    assert_eq!(database.rows(super::PARTS).await, [""; 0]);
}

#[tokio::test]
async fn a_future_dropped_at_any_await_leaves_nothing() {
    let (database, mut client) = with_rows().await;
    let before = database.row(STATE).await;
    let text = text();
    for load in LOADS {
        for polls in 1.. {
            let finished = if load == Load::Reload {
                let ingest = ingest::<Plain<'_>>(&mut client).delete(load.delete());
                let batch = Batch::new(rows(&text).take(1_500).map(Keyed::plain)).high_watermark(1);
                let ingest = ingest.connections(2, || further(&database));
                poll_up_to(polls, ingest.batches(|_| [batch])).await
            } else {
                let batch = Batch::new(rows(&text).take(1_500)).high_watermark(1);
                let ingest = ingest::<Keyed<'_>>(&mut client).delete(load.delete());
                let ingest = ingest.connections(2, || further(&database));
                poll_up_to(polls, ingest.batches(|_| [batch])).await
            };
            parts_are_gone(&database).await;
            // The connection has done with it when it answers the next query.
            let after = tests::rows(&client, STATE).await.remove(0);
            if finished.is_some() {
                break;
            }
            // Polled for the last time, it may have sent COMMIT.
            if after != before {
                assert!(after.contains("|1"), "{after}");
                break;
            }
        }
        database
            .execute(
                r#"TRUNCATE keyed, plain;
                INSERT INTO keyed VALUES (-1, 'a'); INSERT INTO plain VALUES (-1, 'a');
                SELECT harness.set_high_watermark('keyed', '0');
                SELECT harness.set_high_watermark('plain', '0')"#,
            )
            .await;
        assert_eq!(database.row(STATE).await, before);
    }
    converges(&database, &text).await;
}
