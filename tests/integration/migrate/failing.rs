//! Steps of a migration that fail, or that have no effect: the error of the server, not another
//! attempt, and then another.

use super::definitions::{PLAIN, PLAIN_ROWS, Plain};
use pg_bulk_ingest::{ErrorKind, IngestTable};
use tests::{Database, ingest};
use tokio_postgres::error::SqlState;

/// An index of which each row calls a function.
#[derive(IngestTable)]
#[ingest(schema = "public", table = "t", index(on(expr = "public.f(value)")))]
struct Computed {
    #[ingest(primary_key)]
    id: i32,
    value: Option<String>,
}

/// How often the function was called.
const TRIED: &str = "SELECT last_value FROM tried";

/// Errors that another session could be the cause of are this statement's own: they come again with
/// each attempt, and nobody has changed the table.
#[tokio::test]
async fn an_index_that_cannot_be_built_is_the_error_of_the_server() {
    for code in ["42P01", "42703", "42704", "42P07", "42710", "55000", "22012", "40P01", "XX000"] {
        let database = Database::new().await;
        database
            .execute(&format!(
                "CREATE TABLE t (id int PRIMARY KEY, value text); INSERT INTO t VALUES (1, 'a');
                CREATE SEQUENCE tried;
                CREATE FUNCTION f(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
                    PERFORM nextval('public.tried');
                    RAISE 'it cannot' USING ERRCODE = '{code}';
                END $$"
            ))
            .await;
        let mut client = database.connect().await;
        let error = ingest::<Computed>(&mut client).migrate().await.unwrap_err();
        assert_eq!(error.code().map(SqlState::code), Some(code), "{error:?}");
        let shown = format!("{error:?}");
        assert!(shown.contains("CREATE INDEX CONCURRENTLY"), "{shown}");
        assert!(shown.contains("public.f(value)"), "{shown}");
        let tried: u64 = database.row(TRIED).await.parse().unwrap();
        // Those that a concurrent change alone can be the cause of may be tried again.
        let bound = if ["40P01", "XX000", "42P07"].contains(&code) { 10 } else { 1 };
        assert!(tried <= bound, "{code}: {tried}");
        // What an attempt leaves is removed; after 42P07 the next migration does it.
        let left = database.row("SELECT count(*) FROM pg_index WHERE NOT indisvalid").await;
        assert!(left == "0" || bound > 1, "{code}: {left}");
    }
}

#[tokio::test]
async fn a_function_that_does_not_find_its_table_ends_the_migration() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text); INSERT INTO t VALUES (1, 'a');
            CREATE FUNCTION f(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
            AS 'BEGIN RETURN (SELECT max(value) FROM nowhere); END'",
        )
        .await;
    let mut client = database.connect().await;
    let error = ingest::<Computed>(&mut client).migrate().await.unwrap_err();
    assert_eq!(error.code().map(SqlState::code), Some("42P01"), "{error:?}");
    database.execute("CREATE TABLE nowhere (value text)").await;
    database.execute("ALTER FUNCTION f(text) SET search_path = public").await;
    ingest::<Computed>(&mut client).migrate().await.unwrap();
    assert!(ingest::<Computed>(&mut client).plan().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_change_that_somebody_undoes_ends_with_what_was_done() {
    let database = Database::new().await;
    database
        .execute(&format!(
            "{PLAIN}{PLAIN_ROWS} ALTER TABLE t ALTER number DROP DEFAULT;
            CREATE FUNCTION undo() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                IF EXISTS (SELECT FROM pg_attrdef WHERE adrelid = 'public.t'::regclass) THEN
                    ALTER TABLE public.t ALTER number DROP DEFAULT;
                END IF;
            END $$;
            CREATE EVENT TRIGGER undo ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
            EXECUTE PROCEDURE undo()"
        ))
        .await;
    let mut client = database.connect().await;
    let error = ingest::<Plain>(&mut client).migrate().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
    let error = error.to_string();
    assert!(error.contains("ALTER COLUMN \"number\" SET DEFAULT"), "{error}");
    assert!(error.contains("is then as it was before"), "{error}");
    database.execute("DROP EVENT TRIGGER undo").await;
    ingest::<Plain>(&mut client).migrate().await.unwrap();
}
