//! What others see and do while a partitioned table is replaced.

use super::{Keyed, day, load, loaded, rows, table};
use pg_bulk_ingest::{Batch, Delete, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::{assert_same, ingest, snapshot, version};

fn keyed() -> Vec<Keyed> {
    rows().into_iter().map(|row| Keyed { id: row.id, day: row.day, value: row.value }).collect()
}

/// They see all rows of old, and then all of new, and wait for no longer than an attempt takes.
#[tokio::test]
async fn readers_see_one_instant_and_do_not_wait() {
    if version() < 11 {
        return;
    }
    let database = loaded(&table()).await;
    let mut client = database.connect().await;
    let done = Arc::new(AtomicBool::new(false));
    let reader = database.connect().await;
    let probe = tokio::spawn({
        let done = Arc::clone(&done);
        async move {
            let (mut longest, mut seen) = (Duration::ZERO, Vec::new());
            // Once more after the end.
            let mut is_over = false;
            while !is_over {
                is_over = done.load(Ordering::Relaxed);
                let begun = Instant::now();
                for query in
                    ["SELECT count(*), min(value) FROM t", "SELECT count(*), min(value) FROM late"]
                {
                    let row = reader.query_one(query, &[]).await.unwrap();
                    seen.push((query.len(), row.get::<_, i64>(0), row.get::<_, Option<String>>(1)));
                }
                longest = longest.max(begun.elapsed());
            }
            (longest, seen)
        }
    });
    // Who reads for long is in the way of the swap, not of who comes after it.
    let slow = database.connect().await;
    slow.batch_execute("BEGIN; SELECT count(*) FROM early").await.unwrap();
    let ends = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        slow.batch_execute("COMMIT").await.unwrap();
    });
    let rows =
        (0..20_000).map(|id| Keyed { id, day: day(2020 + id % 10), value: Some("b".to_owned()) });
    let batches = |_| [Batch::new(rows).high_watermark(2)];
    ingest::<Keyed>(&mut client).delete(Delete::All).batches(batches).await.unwrap();
    ends.await.unwrap();
    done.store(true, Ordering::Relaxed);
    let (longest, mut seen) = probe.await.unwrap();
    assert!(longest < Duration::from_millis(1400), "{longest:?}");
    seen.sort();
    seen.dedup();
    let owned = |text: &str| Some(text.to_owned());
    let (whole, one) =
        ("SELECT count(*), min(value) FROM t".len(), "SELECT count(*), min(value) FROM late".len());
    let expected = [
        (whole, 4, owned("a")),
        (whole, 20_000, owned("b")),
        (one, 2, owned("a")),
        (one, 8_000, owned("b")),
    ];
    assert_eq!(seen, expected);
}

/// Writers of a partition wait, and what they write is not lost with it.
#[tokio::test]
async fn who_writes_to_a_partition_is_kept_out() {
    if version() < 11 {
        return;
    }
    let database = loaded(&table()).await;
    let mut client = database.connect().await;
    let mut session =
        ingest::<Keyed>(&mut client).delete(Delete::All).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(keyed()).await.unwrap();
    let writer = database.connect().await;
    for change in [
        "INSERT INTO late VALUES (9, '2026-06-01')",
        "ALTER TABLE early ADD CHECK (id > 0)",
        "CREATE TABLE more PARTITION OF t FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')",
        "ALTER TABLE t DETACH PARTITION late",
        "COMMENT ON TABLE late IS 'c'",
    ] {
        let sql = format!("SET lock_timeout = 100; {change}");
        let error = writer.batch_execute(&sql).await.unwrap_err();
        assert_eq!(
            error.code().map(|code| code.code().to_owned()).as_deref(),
            Some("55P03"),
            "{change}"
        );
    }
    // These take no lock that would be in its way.
    let free = "GRANT SELECT ON late TO PUBLIC; COMMENT ON INDEX late_value_idx IS 'c'";
    writer.batch_execute(free).await.unwrap();
    batch.commit(2).await.unwrap();
    session.finish().await.unwrap();
    let grants = "SELECT has_table_privilege('public', 'late', 'SELECT'), has_table_privilege('public', 'early', 'SELECT')";
    assert_eq!(database.row(grants).await, "t|f");
    assert_eq!(database.row("SELECT obj_description('late_value_idx'::regclass)").await, "c");
}

#[tokio::test]
async fn of_two_ingests_one_is_after_the_other() {
    if version() < 11 {
        return;
    }
    let database = loaded(&table()).await;
    let replace = || async {
        let mut client = database.connect().await;
        load(&mut client, Delete::All).await.map(|report| report.rows)
    };
    let before = snapshot(&database).await;
    let all = futures_util::future::join_all((0..3).map(|_| replace())).await;
    assert!(all.iter().any(Result::is_ok), "{all:?}");
    for error in all.iter().filter_map(|one| one.as_ref().err()) {
        assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    }
    assert_same(&before, &snapshot(&database).await, "one after the other");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "4");
}

/// Whatever it has come to, nothing of it is left when its session ends.
#[tokio::test]
async fn what_is_killed_leaves_nothing() {
    if version() < 11 {
        return;
    }
    let database = loaded(&table()).await;
    let before = snapshot(&database).await;
    for commits in [false, true] {
        let mut client = database.connect().await;
        let pid = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get::<_, i32>(0);
        let mut session =
            ingest::<Keyed>(&mut client).delete(Delete::All).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write_all(keyed()).await.unwrap();
        let kill = format!("SELECT pg_terminate_backend({pid})");
        if commits {
            // While it waits for the lock of its swap.
            let reader = database.connect().await;
            reader.batch_execute("BEGIN; SELECT FROM early").await.unwrap();
            let killed = async {
                let waits =
                    format!("SELECT count(*) FROM pg_locks WHERE pid = {pid} AND NOT granted");
                while database.row(&waits).await == "0" {}
                database.row(&kill).await
            };
            let (ended, _) = futures_util::future::join(batch.commit(2), killed).await;
            ended.unwrap_err();
            reader.batch_execute("COMMIT").await.unwrap();
        } else {
            database.row(&kill).await;
            batch.commit(2).await.unwrap_err();
        }
        drop(session);
        assert_same(&before, &snapshot(&database).await, "killed");
    }
    let mut client = database.connect().await;
    load(&mut client, Delete::All).await.unwrap();
    assert_same(&before, &snapshot(&database).await, "afterwards");
}
