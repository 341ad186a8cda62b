//! What is waited for is told: a phase of the progress, and in the error if the wait ends so.

use futures_util::FutureExt;
use pg_bulk_ingest::{
    Batch, Delete, Error, ErrorKind, IngestTable, Overlap, Phase, Progress, QualifiedName, Upsert,
    Wait,
};
use std::convert::Infallible;
use std::time::Duration;
use tests::{Database, ingest};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

async fn with_row() -> Database {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_| [Batch::new([Row { id: 1 }])]).await.unwrap();
    database
}

/// A session that is in the way, of this name, and the process that it is.
async fn holder(database: &Database, sql: &str) -> (Client, String) {
    let client = database.connect().await;
    client.batch_execute(&format!("SET application_name = 'nightly'; BEGIN; {sql}")).await.unwrap();
    let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
    (client, format!("process {process} of role "))
}

/// Waits until it is told what is waited for.
async fn told(progress: &mut UnboundedReceiver<Progress>) -> Wait {
    loop {
        let progress = progress.recv().await.unwrap();
        assert_eq!(progress.phase == Phase::Wait, progress.wait.is_some());
        if let Some(wait) = progress.wait {
            return wait;
        }
    }
}

async fn load(
    client: &mut Client,
    upsert: Upsert,
    delete: Delete,
    told: impl FnMut(&Progress) + Send,
) -> Result<(), Error> {
    let ingest = ingest::<Row>(client).upsert(upsert).delete(delete).overlap(Overlap::Wait);
    let ingest = ingest.on_progress(told);
    ingest.batches(|_| [Batch::new([Row { id: 2 }]).high_watermark(2)]).await.map(|_| ())
}

#[tokio::test]
async fn a_lock_that_another_session_holds_is_told_until_it_is_granted() {
    for (hold, upsert, delete, lock) in [
        ("LOCK TABLE t IN EXCLUSIVE MODE", Upsert::Off, Delete::Off, "ROW EXCLUSIVE"),
        ("LOCK TABLE t IN SHARE MODE", Upsert::IfPrimaryKey, Delete::Off, "ROW EXCLUSIVE"),
        (
            "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE",
            Upsert::IfPrimaryKey,
            Delete::Off,
            "SHARE UPDATE EXCLUSIVE",
        ),
        (
            "INSERT INTO t VALUES (3)",
            Upsert::IfPrimaryKey,
            Delete::BeforeFirstBatch,
            "SHARE ROW EXCLUSIVE",
        ),
        ("LOCK TABLE t", Upsert::IfPrimaryKey, Delete::Off, "ACCESS SHARE"),
        ("SELECT FROM t", Upsert::IfPrimaryKey, Delete::BeforeFirstBatch, "ACCESS EXCLUSIVE"),
    ] {
        let database = with_row().await;
        let (holder, process) = holder(&database, hold).await;
        let mut client = database.connect().await;
        let (tell, mut progress) = unbounded_channel();
        let load = load(&mut client, upsert, delete, move |progress| {
            tell.send(progress.clone()).unwrap();
        });
        let release = async {
            let wait = told(&mut progress).await;
            holder.batch_execute("COMMIT").await.unwrap();
            wait
        };
        let (loaded, wait) = tokio::join!(load, release);
        loaded.unwrap();
        assert_eq!(wait.awaited, lock, "{wait}");
        assert_eq!(wait.table.as_ref().unwrap().to_string(), r#""public"."t""#);
        assert!(wait.waited >= Duration::from_secs(1), "{wait}");
        let [holder] = wait.holders.as_slice() else { panic!("{wait}") };
        assert!(holder.starts_with(&process), "{holder}");
        assert!(holder.contains(" (nightly), idle in transaction, since 2"), "{holder}");
        // The phase that was interrupted is told again.
        let next = progress.recv().await.unwrap();
        assert!(next.phase != Phase::Wait && next.wait.is_none(), "{next:?}");
        assert_eq!(database.row("SELECT 2 IN (SELECT id FROM t)").await, "t", "{hold}");
    }
}

#[tokio::test]
async fn another_ingest_is_told_until_its_batch_is_committed() {
    let database = with_row().await;
    let mut other = database.connect().await;
    let process = tests::rows(&other, "SELECT pg_backend_pid()").await.remove(0);
    let mut session = ingest::<Row>(&mut other).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 3 }).await.unwrap();
    let mut client = database.connect().await;
    let (tell, mut progress) = unbounded_channel();
    let load = load(&mut client, Upsert::IfPrimaryKey, Delete::Off, move |progress| {
        tell.send(progress.clone()).unwrap();
    });
    let release = async {
        let wait = told(&mut progress).await;
        batch.commit_without_high_watermark().await.unwrap();
        wait
    };
    let (loaded, wait) = tokio::join!(load, release);
    loaded.unwrap();
    assert_eq!(wait.awaited, "another ingest's advisory lock");
    assert_eq!(wait.table.as_ref().unwrap().name(), "t");
    assert!(wait.holders[0].starts_with(&format!("process {process} of role ")), "{wait}");
    assert!(wait.holders[0].ends_with(", holds the advisory lock"), "{wait}");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "3");
}

#[tokio::test]
async fn a_wait_that_ends_names_the_table_the_lock_and_its_holder() {
    let database = with_row().await;
    for (setting, timeout) in [("0", Some(Duration::from_millis(900))), ("900ms", None)] {
        let (holder, process) = holder(&database, "LOCK TABLE t IN SHARE MODE").await;
        let mut client = database.connect().await;
        client.batch_execute(&format!("SET lock_timeout = '{setting}'")).await.unwrap();
        let mut ingest = ingest::<Row>(&mut client);
        if let Some(timeout) = timeout {
            ingest = ingest.timeout(timeout);
        }
        let batch = Batch::new([Row { id: 2 }]).high_watermark(2);
        let error = ingest.batches(|_| [batch]).await.unwrap_err();
        let said = error.to_string();
        assert_eq!(error.table().unwrap().name(), "t", "{said}");
        assert!(said.contains(r#" waiting for ROW EXCLUSIVE on "public"."t""#), "{said}");
        assert!(said.contains(&process), "{said}");
        assert!(said.ends_with(", holds SHARE"), "{said}");
        match error.kind() {
            ErrorKind::Timeout { wait: Some(wait), .. } => {
                assert_eq!(wait.awaited, "ROW EXCLUSIVE");
                assert!(timeout.is_some(), "{said}");
            }
            ErrorKind::Locked { holders, .. } => {
                assert!(timeout.is_none() && holders.len() == 1, "{said}");
            }
            other => panic!("{other:?}"),
        }
        holder.batch_execute("COMMIT").await.unwrap();
        assert_eq!(tests::rows(&client, "SHOW lock_timeout").await, [setting]);
    }
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
}

/// Whoever waits in line before us is in the way, too.
#[tokio::test]
async fn a_session_that_waits_itself_is_told_with_the_lock_that_it_waits_for() {
    let database = with_row().await;
    let (writer, _) = holder(&database, "INSERT INTO t VALUES (3)").await;
    let waiting = database.connect().await;
    let process = tests::rows(&waiting, "SELECT pg_backend_pid()").await.remove(0);
    let lock = waiting.batch_execute("BEGIN; LOCK TABLE t IN SHARE MODE; COMMIT");
    let waits = format!("SELECT 1 FROM pg_locks WHERE pid = {process} AND NOT granted");
    let mut client = database.connect().await;
    let (tell, mut progress) = unbounded_channel();
    let load = async {
        while database.rows(&waits).await.is_empty() {}
        load(&mut client, Upsert::Off, Delete::Off, move |progress| {
            tell.send(progress.clone()).unwrap();
        })
        .await
    };
    let release = async {
        let wait = told(&mut progress).await;
        writer.batch_execute("COMMIT").await.unwrap();
        wait
    };
    let (locked, loaded, wait) = tokio::join!(lock, load, release);
    locked.unwrap();
    loaded.unwrap();
    let [holder] = wait.holders.as_slice() else { panic!("{wait}") };
    assert!(holder.starts_with(&format!("process {process} of role ")), "{holder}");
    assert!(holder.ends_with(", waits for SHARE"), "{holder}");
}

/// What other roles' sessions do is not for everybody to see; that they are there is.
#[tokio::test]
async fn a_role_without_privileges_is_told_the_process() {
    let database = with_row().await;
    let role = database.role("loader");
    let mut client = database.connect_as("loader").await;
    let grant = format!("ALTER TABLE t OWNER TO {role}; GRANT ALL ON SCHEMA public TO {role}");
    database.execute(&grant).await;
    let (holder, process) = holder(&database, "LOCK TABLE t IN EXCLUSIVE MODE").await;
    let batch = Batch::new([Row { id: 2 }]);
    let ingest = ingest::<Row>(&mut client).timeout(Duration::from_millis(900));
    let error = ingest.batches(|_| [batch]).await.unwrap_err().to_string();
    assert!(error.contains(&process), "{error}");
    assert!(error.ends_with(" (nightly), holds EXCLUSIVE"), "{error}");
    holder.batch_execute("COMMIT").await.unwrap();
}

/// What is waited for within a statement is seen over a further connection.
async fn told_from_elsewhere(
    database: &Database,
    hold: &str,
    timeout: Option<Duration>,
) -> (Wait, String, Result<(), Error>) {
    let (holder, process) = holder(database, hold).await;
    let mut client = database.connect().await;
    let (tell, mut progress) = unbounded_channel();
    let mut ingest = ingest::<Row>(&mut client)
        .connections(2, || async { Ok::<_, Infallible>(database.connect().await) })
        .on_progress(move |progress| tell.send(progress.clone()).unwrap());
    if let Some(timeout) = timeout {
        ingest = ingest.timeout(timeout);
    }
    let load = ingest.batches(|_| [Batch::new([Row { id: 2 }]).high_watermark(2)]);
    let release = async {
        let wait = told(&mut progress).await;
        if timeout.is_none() {
            holder.batch_execute("COMMIT").await.unwrap();
        }
        wait
    };
    let (loaded, wait) = tokio::join!(load, release);
    (wait, process, loaded.map(|_| ()))
}

#[tokio::test]
async fn what_is_waited_for_within_a_statement_is_told_from_a_further_connection() {
    for (set_up, hold, awaited, table) in [
        // The key that is inserted is that of a transaction in progress.
        (
            "",
            "INSERT INTO t VALUES (2)",
            "a row or a key that another transaction has changed",
            None,
        ),
        (
            "CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1), (2); \
             ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES parent",
            "UPDATE parent SET id = 4 WHERE id = 2",
            "a row or a key that another transaction has changed",
            Some("parent"),
        ),
        (
            "CREATE TABLE gate (id int); \
             CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql \
             AS 'BEGIN LOCK TABLE public.gate; RETURN new; END'; \
             CREATE TRIGGER gate BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE wait()",
            "LOCK TABLE gate IN ACCESS SHARE MODE",
            "ACCESS EXCLUSIVE",
            Some("gate"),
        ),
    ] {
        let database = with_row().await;
        database.execute(set_up).await;
        let (wait, process, loaded) = told_from_elsewhere(&database, hold, None).await;
        assert_eq!(wait.awaited, awaited, "{wait}");
        assert_eq!(wait.table.as_ref().map(QualifiedName::name), table, "{wait}");
        let [holder] = wait.holders.as_slice() else { panic!("{wait}") };
        assert!(holder.starts_with(&process), "{holder}");
        assert!(holder.contains(" (nightly), idle in transaction, since 2"), "{holder}");
        // A foreign key whose row is gone is an error of the load.
        assert_eq!(loaded.is_err(), table == Some("parent"), "{loaded:?}");
    }
}

#[tokio::test]
async fn a_timeout_within_a_statement_names_what_was_seen_from_a_further_connection() {
    let database = with_row().await;
    let timeout = Some(Duration::from_secs(3));
    let (_, process, loaded) =
        told_from_elsewhere(&database, "INSERT INTO t VALUES (2)", timeout).await;
    let error = loaded.unwrap_err();
    let ErrorKind::Timeout { wait: Some(wait), .. } = error.kind() else { panic!("{error:?}") };
    assert!(wait.holders[0].starts_with(&process), "{error}");
    assert!(error.to_string().contains("a row or a key that another transaction"), "{error}");
}

#[derive(IngestTable)]
#[ingest(table = "t", index(id))]
struct Indexed {
    #[ingest(primary_key)]
    id: i32,
}

#[tokio::test]
async fn a_concurrent_build_that_waits_for_an_older_transaction_is_told() {
    let database = with_row().await;
    let hold = "CREATE TABLE own (id int); SELECT txid_current(); INSERT INTO t VALUES (7)";
    let (holder, process) = holder(&database, hold).await;
    let mut client = database.connect().await;
    let (tell, mut progress) = unbounded_channel();
    let migrate = ingest::<Indexed>(&mut client)
        .connections(2, || async { Ok::<_, Infallible>(database.connect().await) })
        .on_progress(move |progress| tell.send(progress.clone()).unwrap())
        .batches(|_| [Batch::new([Indexed { id: 2 }])]);
    let release = async {
        let wait = told(&mut progress).await;
        holder.batch_execute("COMMIT").await.unwrap();
        wait
    };
    let (migrated, wait) = tokio::join!(migrate, release);
    migrated.unwrap();
    assert_eq!(wait.awaited, "the end of an older transaction");
    assert!(wait.holders[0].starts_with(&process), "{wait}");
}

#[tokio::test]
async fn a_further_connection_that_does_not_come_is_told() {
    let database = with_row().await;
    let mut client = database.connect().await;
    let (tell, mut progress) = unbounded_channel();
    let (give, given) = oneshot::channel();
    let mut given = Some(given);
    let connect = || {
        let given = given.take();
        async { given.ok_or("there is none")?.await.map_err(|_| "there is none") }
    };
    let load = ingest::<Row>(&mut client)
        .connections(2, connect)
        .on_progress(move |progress| tell.send(progress.clone()).unwrap())
        .batches(|_| [Batch::new((0..300_000).map(|id| Row { id }))]);
    let release = async {
        let wait = told(&mut progress).await;
        assert!(give.send(database.connect().await).is_ok());
        wait
    };
    let (loaded, wait) = tokio::join!(load, release);
    loaded.unwrap();
    assert_eq!(wait.awaited, "a further connection");
    assert_eq!((wait.table, wait.holders), (None, vec![]));
}

/// As behind a pooler that has no connection free.
#[tokio::test]
async fn a_server_that_does_not_answer_at_all_is_told() {
    let database = with_row().await;
    let mut client = database.connect().await;
    assert!(client.simple_query("SELECT pg_sleep(2.5)").now_or_never().is_none());
    let (tell, mut progress) = unbounded_channel();
    let load = load(&mut client, Upsert::Off, Delete::Off, move |progress| {
        tell.send(progress.clone()).unwrap();
    });
    let (loaded, wait) = tokio::join!(load, told(&mut progress));
    loaded.unwrap();
    assert!(wait.awaited.contains("does not answer at all"), "{wait}");
}
