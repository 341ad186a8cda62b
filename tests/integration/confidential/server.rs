//! What the server says of values is hidden, in whatever statement and with whatever code it says it.

use super::{SECRET, printed};
use pg_bulk_ingest::{Batch, Delete, Error, IngestEnum, IngestTable, IngestTables, Upsert};
use tests::{Database, ingest};
use tokio_postgres::Client;
use uuid::Uuid;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Text {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

/// What a table is changed into that holds the secret as text.
macro_rules! other {
    ($name:ident, $type:ty) => {
        #[derive(IngestTable)]
        #[ingest(table = "t")]
        struct $name {
            #[ingest(primary_key)]
            id: i32,
            value: $type,
        }
    };
}

#[derive(IngestEnum)]
#[ingest(type = "mood")]
#[expect(dead_code, reason = "no row is ever made of it")]
enum Mood {
    Calm,
}

other!(Integer, i32);
other!(Identifier, Uuid);
other!(Time, chrono::NaiveDateTime);
other!(Label, Mood);

/// Shows nothing, unless asked to; and no level of the causes says that there was an error and no more.
fn check(hidden: &Error, shown: &Error, of: &str) {
    let all = printed(hidden);
    assert!(!all.contains(SECRET), "{of}: {all}");
    assert!(!all.contains("db error"), "{of}: {all}");
    let code = hidden.code().unwrap_or_else(|| panic!("{of}: {all}")).code();
    assert!(hidden.to_string().contains(&format!("({code})")), "{of}: {all}");
    assert_eq!(hidden.to_string().lines().count(), 1, "{of}: {all}");
    assert_eq!(shown.to_string().lines().count(), 1, "{of}: {shown}");
    assert!(shown.to_string().contains(SECRET), "{of}: {shown}");
    assert!(!printed(shown).contains("db error"), "{of}: {shown:?}");
}

#[derive(IngestTable)]
#[ingest(table = "t", index(on(expr = "(value::int)")))]
struct Indexed {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

#[tokio::test]
async fn rows_that_are_there() {
    async fn refused<S: IngestTables>(client: &mut Client, shown: bool) -> [Error; 2] {
        [
            ingest::<S>(client).show_values(shown).migrate().await.unwrap_err(),
            ingest::<S>(client).show_values(shown).start::<i32>().await.unwrap_err(),
        ]
    }
    async fn hidden<S: IngestTables>(client: &mut Client) {
        let plan = ingest::<S>(client).plan().await.unwrap_err();
        for error in refused::<S>(client, false).await.into_iter().chain([plan]) {
            let all = printed(&error);
            assert!(!all.contains(SECRET) && !all.contains("db error"), "{all}");
        }
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL);
             INSERT INTO t VALUES (1, 's3cr3t'); COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}'",
        )
        .await;
    hidden::<Integer>(&mut client).await;
    hidden::<Identifier>(&mut client).await;
    hidden::<Time>(&mut client).await;
    hidden::<Label>(&mut client).await;
    let errors = refused::<Indexed>(&mut client, false).await;
    for (hidden, shown) in errors.iter().zip(&refused::<Indexed>(&mut client, true).await) {
        check(hidden, shown, "an index on rows");
    }
}

/// What refuses a row, or all rows of a table that replaces another, and the code.
const REFUSALS: &[(&str, &str)] = &[
    ("ALTER TABLE t ADD CHECK (value::int > 0)", "22P02"),
    ("ALTER TABLE t ADD CHECK (value::regclass IS NOT NULL)", "42P01"),
    ("CREATE INDEX ON t ((value::int))", "22P02"),
    ("CREATE UNIQUE INDEX ON t (value); INSERT INTO t VALUES (9, 's3cr3t')", "23505"),
    ("ALTER TABLE t ADD EXCLUDE (value WITH =); INSERT INTO t VALUES (9, 's3cr3t')", "23P01"),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE ''not %'', new.value; END'",
        "P0001",
    ),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE ''not %'', new.value USING ERRCODE = ''XX000''; END'",
        "XX000",
    ),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE ''not %'', new.value USING ERRCODE = ''23505''; END'",
        "23505",
    ),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE ''not %'', new.value USING ERRCODE = ''57014'', HINT = new.value; END'",
        "57014",
    ),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN EXECUTE ''SELECT '' || new.value; END'",
        "42703",
    ),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE ''no'' USING ERRCODE = ''ZZ999'', DETAIL = E''a\\n'' || new.value; END'",
        "ZZ999",
    ),
];

#[tokio::test]
async fn rows_that_are_written() {
    for (fixture, code) in REFUSALS {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database.execute("CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL)").await;
        database.execute(fixture).await;
        if fixture.contains("FUNCTION") {
            let trigger =
                "CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE refuse()";
            database.execute(trigger).await;
        }
        for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
            let mut load = async |shown| {
                let rows = [Text { id: 2, value: SECRET.to_owned() }];
                let ingest = ingest::<Text>(&mut client).upsert(upsert).show_values(shown);
                let ingest = ingest.migration(pg_bulk_ingest::Migration::AdditiveOnly);
                ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err()
            };
            let (hidden, shown) = (load(false).await, load(true).await);
            assert_eq!(hidden.code().unwrap().code(), *code, "{fixture}");
            check(&hidden, &shown, fixture);
        }
    }
}

#[tokio::test]
async fn rows_of_a_view_over_the_table_that_replaces_another() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL);
             CREATE MATERIALIZED VIEW v AS SELECT value::int FROM t",
        )
        .await;
    let mut load = async |shown| {
        let rows = [Text { id: 2, value: SECRET.to_owned() }];
        let ingest = ingest::<Text>(&mut client).delete(Delete::All).show_values(shown);
        ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err()
    };
    check(&load(false).await, &load(true).await, "a materialized view");
}

#[tokio::test]
async fn what_a_hook_does() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut load = async |shown| {
        let rows = [Text { id: 2, value: SECRET.to_owned() }];
        let ingest = ingest::<Text>(&mut client).show_values(shown);
        let ingest = ingest.on_before_visible(|batch| {
            Box::pin(async move {
                let sql = format!("SELECT value::int FROM {}", batch.tables[0].loaded_as);
                batch.transaction.batch_execute(&sql).await?;
                Ok(())
            })
        });
        ingest.batches(|_| [Batch::new(rows)]).await.unwrap_err()
    };
    let (hidden, shown) = (printed(&load(false).await), printed(&load(true).await));
    assert!(!hidden.contains(SECRET) && hidden.contains("(22P02)"), "{hidden}");
    assert!(shown.contains(SECRET), "{shown}");
    assert!(!hidden.contains("db error") && !shown.contains("db error"), "{hidden}\n{shown}");
}

#[tokio::test]
async fn the_reason_is_on_the_line_where_it_holds_no_value() {
    #[derive(IngestTable)]
    #[ingest(schema = "c", table = "t")]
    struct Row<'a> {
        id: i32,
        #[ingest(sql_type = "varchar(5)")]
        code: &'a str,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [Row { id: 1, code: SECRET }];
    let error = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap_err();
    let expected = r#"cannot write a row: "c"."t", batch 1, row 1, column "code": value too long for type character varying(5) (22001)"#;
    assert_eq!(error.to_string(), expected);
    assert_eq!(format!("{error:?}"), expected);
}
