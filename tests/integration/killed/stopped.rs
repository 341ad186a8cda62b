//! The process of the client stopped in the middle of a `COPY`, as by SIGSTOP, a debugger or a machine
//! that is put to sleep. Nothing on the server ends it: its locks stay, and readers go on.

use super::{LEFT, Row, WAYS, alone, copying, is_as_before, load_first, loaded};
use pg_bulk_ingest::Batch;
use std::process::{Child, Command};
use tests::{Database, ingest};

/// Sends a signal, by its name without SIG.
fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("/bin/sh");
    kill.args(["-c", r#"kill -s "$1" "$2""#, "sh", name, &child.id().to_string()]);
    assert!(kill.status().unwrap().success());
}

/// A client that was stopped while it copies, once the server has read all that it sent.
async fn stopped(database: &Database, way: usize) -> Child {
    let child = copying(database, way).await;
    signal(&child, "STOP");
    let at_work = "SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'COPY %'
        AND wait_event IS DISTINCT FROM 'ClientRead'";
    while !database.rows(at_work).await.is_empty() {}
    child
}

/// Readers see what was there before. One that had to wait would fail.
async fn readers_go_on(database: &Database, way: usize) {
    let reader = database.connect().await;
    reader.batch_execute("SET lock_timeout = '10s'").await.unwrap();
    for _ in 0..20 {
        assert_eq!(tests::rows(&reader, "SELECT id FROM t").await, ["1"], "{:?}", WAYS[way]);
    }
    is_as_before(database, way).await;
}

#[tokio::test]
async fn a_client_that_is_stopped_goes_on_where_it_was() {
    for (way, loading) in WAYS.iter().enumerate() {
        let database = loaded().await;
        let mut child = stopped(&database, way).await;
        readers_go_on(&database, way).await;
        signal(&child, "CONT");
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success(), "{loading:?}");
        let state = "SELECT count(*) > 1, count(*) = count(DISTINCT id),
            harness.high_watermark('t'::regclass) FROM t";
        assert_eq!(database.row(state).await, "t|t|2", "{loading:?}");
        alone(&database).await;
        assert_eq!(database.rows(LEFT).await, [""; 0], "{loading:?}");
    }
}

#[tokio::test]
async fn a_client_that_is_stopped_and_then_killed_leaves_nothing() {
    for (way, loading) in WAYS.iter().enumerate() {
        let database = loaded().await;
        let mut child = stopped(&database, way).await;
        child.kill().unwrap();
        child.wait().unwrap();
        alone(&database).await;
        is_as_before(&database, way).await;
        load_first(&database).await;
        alone(&database).await;
        assert_eq!(database.rows(LEFT).await, [""; 0], "{loading:?}");
    }
}

/// What the documentation says to do about one that does not come back.
#[tokio::test]
async fn the_session_of_a_stopped_client_can_be_ended_and_the_next_ingest_takes_its_place() {
    for (way, loading) in WAYS.iter().enumerate() {
        let database = loaded().await;
        let mut child = stopped(&database, way).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'COPY %'";
        assert_eq!(database.rows(end).await, vec!["t"; loading.2], "{loading:?}");
        // The client is still there, stopped.
        let mut client = database.connect().await;
        let batch = Batch::new([Row { id: 2 }]).high_watermark(7);
        ingest::<Row>(&mut client).batches(|_: Option<i32>| [batch]).await.unwrap();
        drop(client);
        signal(&child, "CONT");
        drop(child.stdin.take());
        assert!(!child.wait().unwrap().success(), "{loading:?}: it is told");
        alone(&database).await;
        let state = "SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM t),
            harness.high_watermark('t'::regclass)";
        assert_eq!(database.row(state).await, "1,2|7", "{loading:?}");
        assert_eq!(database.rows(LEFT).await, [""; 0], "{loading:?}");
    }
}
