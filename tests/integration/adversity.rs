//! A server that says no, for reasons of its own: settings of the role, triggers, encodings, limits.
//! Each is an error of its own kind, and nothing of the batch is left.

use pg_bulk_ingest::{Batch, Delete, Error, ErrorKind, IngestTable, IngestTables, Upsert};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    value: &'a str,
}

/// A table that a role owns, with a row.
async fn with_row() -> (Database, Client) {
    let database = Database::new().await;
    let mut client = database.connect_as("r").await;
    let role = database.role("r");
    database.execute(&format!("GRANT ALL ON SCHEMA public TO {role}")).await;
    load(&mut client, 1, Upsert::IfPrimaryKey).await.unwrap();
    (database, client)
}

async fn load(client: &mut Client, id: i32, upsert: Upsert) -> Result<(), Error> {
    let rows = [Row { id: id + 1000, value: "x" }, Row { id, value: "x" }];
    let rows = if id == 1 { &rows[1..] } else { &rows };
    let batch = Batch::new(rows).high_watermark(id);
    ingest::<Row<'_>>(client).upsert(upsert).batches(|_| [batch]).await.map(|_| ())
}

/// A connection of the role, with a setting.
async fn with_setting(database: &Database, setting: &str) -> Client {
    let role = database.role("r");
    database
        .execute(&format!("ALTER ROLE {role} RESET ALL; ALTER ROLE {role} SET {setting}"))
        .await;
    database.connect_as("r").await
}

async fn is_as_before(database: &Database) {
    let state =
        "SELECT (SELECT string_agg(id::text, ',') FROM t), harness.high_watermark('t'::regclass),
        (SELECT count(*) FROM pg_class WHERE relname LIKE '%bulk_ingest%')";
    assert_eq!(database.row(state).await, "1|1|0");
}

#[track_caller]
fn code(error: &Error) -> &str {
    error.code().unwrap_or_else(|| panic!("{error:?}")).code()
}

#[tokio::test]
async fn a_statement_or_lock_timeout_of_the_role() {
    let (database, _client) = with_row().await;
    let holder = database.connect().await;
    for (setting, expected) in
        [("statement_timeout = 100", "57014"), ("lock_timeout = 100", "55P03")]
    {
        let mut client = with_setting(&database, setting).await;
        holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
        let error = load(&mut client, 2, Upsert::Off).await.unwrap_err();
        holder.batch_execute("COMMIT").await.unwrap();
        let is_expected = match expected {
            "55P03" => matches!(error.kind(), ErrorKind::Locked { .. }),
            _ => matches!(error.kind(), ErrorKind::Server),
        };
        assert!(is_expected, "{error:?}");
        assert_eq!(code(&error), expected);
        is_as_before(&database).await;
        assert_eq!(tests::rows(&client, "SELECT 1").await, ["1"], "the client is usable");
    }
}

#[tokio::test]
async fn a_session_that_is_ended_for_being_idle() {
    let (database, _client) = with_row().await;
    let settings = ["idle_in_transaction_session_timeout = 100", "transaction_timeout = 300"];
    for setting in &settings[..if tests::version() < 17 { 1 } else { 2 }] {
        let mut client = with_setting(&database, setting).await;
        let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
        let mut session = ingest::<Row<'_>>(&mut client).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        let there = format!("SELECT 1 FROM pg_stat_activity WHERE pid = {process}");
        while !database.rows(&there).await.is_empty() {}
        batch.write(Row { id: 2, value: "x" }).await.unwrap();
        let error = batch.commit(2).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Connection), "{error:?}");
        is_as_before(&database).await;
    }
}

#[tokio::test]
async fn a_trigger_that_raises() {
    let (database, mut client) = with_row().await;
    database
        .execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN IF new.id = 2 THEN RAISE ''not this one''; END IF; RETURN new; END';
             CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE refuse()",
        )
        .await;
    for (upsert, expected) in [
        (Upsert::Off, r#"cannot write a row: "public"."t", batch 1, row 2"#),
        (Upsert::IfPrimaryKey, r#"cannot merge the rows: "public"."t", batch 1"#),
    ] {
        let error = load(&mut client, 2, upsert).await.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.db_error().unwrap().message(), "not this one");
        assert_eq!(code(&error), "P0001");
        is_as_before(&database).await;
    }
}

#[tokio::test]
async fn an_event_trigger_that_refuses_to_create_tables() {
    let (database, mut client) = with_row().await;
    database
        .execute(
            "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql
             AS 'BEGIN RAISE ''no %'', tg_tag; END';
             CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE')
             EXECUTE PROCEDURE refuse()",
        )
        .await;
    let batch = || [Batch::new([Row { id: 2, value: "x" }]).high_watermark(2)];
    for delete in [Delete::Off, Delete::BeforeFirstBatch] {
        let ingest = ingest::<Row<'_>>(&mut client).delete(delete).small_merges(false);
        let error = ingest.batches(|_: Option<i32>| batch()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Server), "{error:?}");
        assert_eq!(error.db_error().unwrap().message(), "no CREATE TABLE");
        is_as_before(&database).await;
    }
    let ingest = ingest::<Row<'_>>(&mut client).into_table("public", "other");
    let error = ingest.batches(|_: Option<i32>| batch()).await.unwrap_err();
    assert_eq!(code(&error), "P0001");
    assert_eq!(database.row("SELECT to_regclass('public.other')").await, "∅");
    // Rows that are only added need no table of their own, nor do few that are merged.
    load(&mut client, 2, Upsert::Off).await.unwrap();
    load(&mut client, 3, Upsert::IfPrimaryKey).await.unwrap();
}

#[tokio::test]
async fn a_limit_of_temporary_files_that_an_index_build_goes_beyond() {
    let (database, _client) = with_row().await;
    let role = database.role("r");
    database.execute(&format!("ALTER ROLE {role} SET maintenance_work_mem = '1MB'")).await;
    let sql = format!("ALTER ROLE {role} SET temp_file_limit = '64kB'");
    database.execute(&sql).await;
    let mut client = database.connect_as("r").await;
    let rows = (0..200_000).map(|i| Row { id: (i * 7919) % 200_000, value: "x" });
    let ingest = ingest::<Row<'_>>(&mut client).into_table("public", "other");
    let error = ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err();
    let expected =
        r#"cannot build the indexes: "public"."other", batch 1: temporary file size exceeds "#;
    assert!(error.to_string().starts_with(expected), "{error}");
    assert_eq!(code(&error), "53400");
    assert_eq!(database.row("SELECT to_regclass('public.other')").await, "∅");
    is_as_before(&database).await;
}

#[tokio::test]
async fn a_server_of_another_encoding_takes_what_it_can_hold() {
    let database = Database::new().await;
    let name = format!("{}_latin", database.name());
    let create = format!(
        "CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'"
    );
    database.execute(&create).await;
    let url = database.url().replace(database.name(), &name);
    let mut client = tests::connect(&url).await;
    let rows = [Row { id: 1, value: "é" }];
    ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let rows = [Row { id: 2, value: "a" }, Row { id: 3, value: "☃" }];
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        let ingest = ingest::<Row<'_>>(&mut client).upsert(upsert);
        let error = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"cannot write a row: "public"."t", batch 1, row 2, column "value": untranslatable character (22P05); the server's message may hold values, and is shown with `show_values(true)`"#
        );
        assert_eq!(code(&error), "22P05");
    }
    assert_eq!(tests::rows(&client, "SELECT id, value FROM t").await, ["1|é"]);
    drop(client);
    let gone = format!("SELECT 1 FROM pg_stat_activity WHERE datname = '{name}'");
    while !database.rows(&gone).await.is_empty() {}
    database.execute(&format!("DROP DATABASE {name}")).await;
}

#[derive(IngestTable)]
#[ingest(table = "a")]
struct A {
    id: i32,
}

#[derive(IngestTable)]
#[ingest(table = "b")]
struct B {
    id: i32,
}

#[derive(IngestTables)]
enum Both {
    A(A),
    B(B),
}

/// A swap takes its locks in the order of the names; a reader in the other order waits for one that
/// the swap holds, while the swap waits for the reader's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_locks_tables_in_the_other_order_is_never_the_one_to_fail() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let refresh = async |client: &mut Client| {
        let rows = [Both::A(A { id: 1 }), Both::B(B { id: 1 })];
        let ingest = ingest::<Both>(client).delete(Delete::BeforeFirstBatch);
        ingest.batches(|_| [Batch::new(rows)]).await
    };
    refresh(&mut client).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let reader = database.connect().await;
    let reading = tokio::spawn(async move {
        let mut times = 0;
        while !*stopped.borrow() {
            reader.batch_execute("BEGIN; SELECT FROM b").await.unwrap();
            reader.batch_execute("SELECT FROM a; COMMIT").await.unwrap();
            times += 1;
        }
        times
    });
    for _ in 0..20 {
        refresh(&mut client).await.unwrap();
    }
    stop.send(true).unwrap();
    assert!(reading.await.unwrap() > 0);
}

/// What is too long for a page is moved out of it, unless the column says that it must not be.
#[tokio::test]
async fn a_row_that_no_page_holds_is_an_error() {
    let (database, mut client) = with_row().await;
    database.execute("ALTER TABLE t ALTER value SET STORAGE PLAIN").await;
    // Nothing in it is like what was before: it is not compressed either.
    let numbers = std::iter::successors(Some(1_u32), |number| {
        Some(number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))
    });
    let letters = numbers.map(|number| char::from(b'0' + u8::try_from(number >> 26).unwrap()));
    let value = letters.take(9000).collect::<String>();
    for (upsert, expected) in [
        // PostgreSQL writes many rows at once, and says the line that it has read by then.
        (Upsert::Off, r#"cannot write a row: "public"."t", batch 1, row "#),
        (Upsert::IfPrimaryKey, r#"cannot merge the rows: "public"."t", batch 1"#),
    ] {
        let rows = [Row { id: 2, value: "x" }, Row { id: 3, value: &value }];
        let ingest = ingest::<Row<'_>>(&mut client).upsert(upsert);
        let error = ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(code(&error), "54000");
        let message = error.db_error().unwrap().message();
        assert!(message.starts_with("row is too big: size 9"), "{message}");
        is_as_before(&database).await;
    }
    database.execute("ALTER TABLE t ALTER value SET STORAGE EXTENDED").await;
    let rows = [Row { id: 3, value: &value }];
    ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
}

/// It is refused by its length: the pages of this one, which nobody wrote, are never looked at.
#[tokio::test]
async fn a_value_longer_than_postgresql_holds_is_refused_before_it_is_copied() {
    #[derive(IngestTable)]
    #[ingest(table = "long")]
    struct Long<'a> {
        value: &'a [u8],
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let long = vec![0; 0x3fff_ffff];
    let rows = [Long { value: &long }];
    let error = ingest::<Long<'_>>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write a row: "public"."long", batch 1, row 1, column "value": the value is 1073741823 bytes long, and PostgreSQL holds values of up to 1073741819 bytes"#
    );
    assert!(matches!(error.kind(), ErrorKind::Value { .. }), "{error:?}");
}

/// PostgreSQL's jsonb has no NUL, in whatever way it is written.
#[tokio::test]
async fn a_nul_within_json_is_an_error_at_its_row_and_column() {
    #[derive(IngestTable)]
    #[ingest(table = "j")]
    struct Document {
        #[ingest(primary_key)]
        id: i32,
        value: serde_json::Value,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        let rows = ["a", "b\0"].into_iter().zip(1..);
        let rows = rows.map(|(text, id)| Document { id, value: serde_json::json!([text]) });
        let ingest = ingest::<Document>(&mut client).upsert(upsert);
        let error = ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err();
        assert_eq!((error.row(), error.column()), (Some(2), Some("value")), "{error:?}");
        assert_eq!(database.row("SELECT to_regclass('j')").await, "∅");
    }
}

#[tokio::test]
async fn a_server_that_takes_no_further_connection() {
    let (database, client) = with_row().await;
    let role = database.role("r");
    drop(client);
    let there = format!("SELECT 1 FROM pg_stat_activity WHERE usename = '{role}'");
    while !database.rows(&there).await.is_empty() {}
    database.execute(&format!("ALTER ROLE {role} CONNECTION LIMIT 1")).await;
    let mut client = database.connect_as("r").await;
    let mut config = database.url().parse::<tokio_postgres::Config>().unwrap();
    config.user(&role);
    let further = || async {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok::<_, tokio_postgres::Error>(client)
    };
    let value = "x".repeat(1000);
    let rows = (2..4000).map(|id| Row { id, value: &value });
    let ingest = ingest::<Row<'_>>(&mut client).connections(2, further);
    let error = ingest.batches(|_| [Batch::new(rows).high_watermark(2)]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WorkerConnect), "{error:?}");
    assert_eq!(code(&error), "53300");
    is_as_before(&database).await;
    load(&mut client, 2, Upsert::IfPrimaryKey).await.unwrap();
}
