//! Values of rows are in no error and in no log, whatever refuses them, unless they are asked for.

mod server;

use pg_bulk_ingest::{Batch, Delete, Error, IngestTable, Rejects, SetAside, Upsert};
use std::error::Error as _;
use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tests::{Database, ingest};
use tokio_postgres::Client;
use tracing_subscriber::filter::LevelFilter;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

/// What a person would not want to see in a log.
const SECRET: &str = "s3cr3t";

/// What refuses a row of which the value is the secret, and by which SQLSTATE; none of an error that
/// is the library's own.
const REFUSALS: &[(&str, &str, Option<&str>)] = &[
    ("ALTER TABLE t ADD CHECK (value <> 's3cr3t')", SECRET, Some("23514")),
    (
        "CREATE TABLE o (value text PRIMARY KEY); ALTER TABLE t ADD FOREIGN KEY (value) REFERENCES o",
        SECRET,
        Some("23503"),
    ),
    (
        "CREATE TABLE o (value text PRIMARY KEY);
         ALTER TABLE t ADD FOREIGN KEY (value) REFERENCES o DEFERRABLE INITIALLY DEFERRED",
        SECRET,
        Some("23503"),
    ),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN RAISE ''no'' USING DETAIL = new.value; END';
         CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE refuse()",
        SECRET,
        Some("P0001"),
    ),
    ("SELECT", "s3cr3t\0", None),
];

/// All that a program might print of an error.
fn printed(error: &Error) -> String {
    let mut printed = format!("{error}\n{error:?}\n{error:#?}\n{:?}", error.kind());
    let mut source = error.source();
    while let Some(cause) = source {
        printed.push_str(&format!("\n{cause}\n{cause:?}\n{cause:#?}"));
        source = cause.source();
    }
    printed
}

async fn load(client: &mut Client, value: &str, upsert: Upsert, shown: bool) -> Error {
    let rows = [Row { id: 2, value: value.to_owned() }];
    let ingest = ingest::<Row>(client).upsert(upsert).show_values(shown);
    ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err()
}

#[tokio::test]
async fn what_refuses_a_row_does_not_show_it_unless_asked_to() {
    for (fixture, value, code) in REFUSALS {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database.execute("CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL); COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}'").await;
        database.execute(fixture).await;
        for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
            let hidden = load(&mut client, value, upsert, false).await;
            let all = printed(&hidden);
            assert!(!all.contains(SECRET), "{fixture}, {upsert:?}: {all}");
            assert_eq!(hidden.code().map(tokio_postgres::error::SqlState::code), *code, "{all}");
            let detail = hidden.db_error().and_then(|said| said.detail());
            assert_eq!(detail.is_some_and(|said| said.contains(SECRET)), code.is_some(), "{all}");
            let shown = printed(&load(&mut client, value, upsert, true).await);
            assert!(shown.contains(SECRET), "{fixture}, {upsert:?}: {shown}");
        }
    }
}

#[tokio::test]
async fn a_value_that_is_there_twice_is_not_shown_unless_asked_to() {
    #[derive(IngestTable)]
    #[ingest(table = "u")]
    struct Unique {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(unique)]
        value: String,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |id| Unique { id, value: SECRET.to_owned() };
    // In a new table, then in one that is there.
    for there in [false, true] {
        for (upsert, shown) in [
            (Upsert::Off, false),
            (Upsert::IfPrimaryKey, false),
            (Upsert::Off, true),
            (Upsert::IfPrimaryKey, true),
        ] {
            let ingest = ingest::<Unique>(&mut client).upsert(upsert).show_values(shown);
            let rows = [row(2), row(3)];
            let error = ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err();
            assert_eq!(error.code().unwrap().code(), "23505");
            assert_eq!(printed(&error).contains(SECRET), shown, "{upsert:?} {there}: {error:?}");
        }
        ingest::<Unique>(&mut client).batches(|_| [Batch::new([row(1)])]).await.unwrap();
    }
}

/// Where a log goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// In a process of its own: where other tests run, the first to come to a statement decides whether it
/// is logged.
#[tokio::test]
async fn a_log_of_everything_has_the_statements_and_no_values() {
    const ALONE: &str = "CONFIDENTIAL_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let mut again = Command::new(std::env::current_exe().unwrap());
        let name = "confidential::a_log_of_everything_has_the_statements_and_no_values";
        let again = again.args(["--exact", name, "--nocapture"]).env(ALONE, "");
        let output = again.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |id| Row { id, value: SECRET.to_owned() };
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        for delete in [Delete::BeforeFirstBatch, Delete::Off] {
            let ingest = ingest::<Row>(&mut client).upsert(upsert).delete(delete);
            let id = if upsert == Upsert::Off && delete == Delete::Off { 2 } else { 1 };
            ingest.batches(|_| [Batch::new([row(id)])]).await.unwrap();
        }
    }
    load(&mut client, "s3cr3t\0", Upsert::Off, false).await;
    database.execute("ALTER TABLE t ADD CHECK (length(value) <> 6) NOT VALID").await;
    load(&mut client, SECRET, Upsert::IfPrimaryKey, false).await;
    let set_aside = SetAside { share: 1.0, into: Rejects::table(), ..SetAside::default() };
    let kept = ingest::<Row>(&mut client).set_aside(set_aside);
    kept.batches(|_| [Batch::new([row(3)])]).await.unwrap();
    assert!(database.row("SELECT row FROM t_rejected").await.contains(SECRET));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("COPY ") && log.contains("INSERT INTO"), "{log}");
    let shown = log.lines().filter(|line| line.contains(SECRET)).collect::<Vec<_>>();
    assert_eq!(shown, [""; 0]);
}
