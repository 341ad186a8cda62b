//! What becomes of a table when its definition is changed on either side.

use crate::look::Look;
use crate::python::Python;
use pg_bulk_ingest::{Batch, Delete, IngestTable, IngestTables, Migration, ingest};
use serde_json::json;
use tests::{Database, version};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i64,
}

/// A column more.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct More {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(index)]
    value: Option<String>,
}

const ROW: &str = r#"
t = table("t", sa.Column("id", sa.BIGINT, primary_key=True, autoincrement=False))
"#;

const MORE: &str = r#"
t = table(
    "t", sa.Column("id", sa.BIGINT, primary_key=True, autoincrement=False), sa.Column("value", sa.TEXT), sa.Index(None, "value"),
)
"#;

#[tokio::test]
async fn a_column_added_here_is_added_in_place_and_python_keeps_the_table() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    python.ingest(&format!("{ROW}run((1, [(t, (1,))]))")).await;
    let before = Look::at(&database, "t").await;
    let more = |_| [Batch::new([More { id: 2, value: None }]).high_watermark(2)];
    let report = ingest::<More>(&mut client).batches(more).await.unwrap();
    assert_eq!(report.tables[0].inserted, 1);
    let changed = Look::at(&database, "t").await;
    assert_eq!(changed.oid, before.oid);
    let script = format!(r#"{MORE}run((3, [(t, (3, "c"))]))"#);
    assert_eq!(python.ingest(&script).await, json!(2));
    assert_eq!(Look::at(&database, "t").await, changed);
    // Nobody else made anything of it: the column goes with the field.
    ingest::<Row>(&mut client).migrate().await.unwrap();
    assert_eq!(Look::at(&database, "t").await, before);
    assert_eq!(python.ingest(&format!("{ROW}run()")).await, json!(3));
}

#[tokio::test]
async fn a_column_added_by_python_is_no_change_here() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let row = |_| [Batch::new([Row { id: 1 }]).high_watermark(1)];
    ingest::<Row>(&mut client).batches(row).await.unwrap();
    let before = Look::at(&database, "t").await;
    let script = format!(r#"{MORE}run((2, [(t, (2, "b"))]))"#);
    assert_eq!(python.ingest(&script).await, json!(1));
    let changed = Look::at(&database, "t").await;
    assert_ne!(changed.oid, before.oid, "Python replaces the table");
    let plan = ingest::<More>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    // The comment knows nothing of what Python added, so that it is not dropped, but left and reported.
    let row = |_| [Batch::new([Row { id: 3 }]).high_watermark(3)];
    let report = ingest::<Row>(&mut client).batches(row).await.unwrap();
    let kept = report.kept.iter().map(|kept| kept.name.as_str()).collect::<Vec<_>>();
    assert!(matches!(kept[..], ["value", index] if index.starts_with("_tmp_")), "{kept:?}");
    assert_eq!(Look::at(&database, "t").await, changed);
    ingest::<Row>(&mut client).migration(Migration::Exact).migrate().await.unwrap();
    let exact = Look::at(&database, "t").await;
    assert_eq!((exact.oid, exact.columns), (changed.oid, before.columns));
}

/// The comment on the first table says that Python made it; the others have none.
#[tokio::test]
async fn of_the_further_tables_that_python_made_nothing_is_dropped() {
    #[derive(IngestTable)]
    struct Note {
        id: Option<i64>,
    }
    #[derive(IngestTables)]
    enum Both {
        Row(Row),
        Note(Note),
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = r#"
note = table("note", sa.Column("id", sa.BIGINT), sa.Column("text", sa.TEXT))
run((1, [(t, (1, "a")), (note, (1, "b"))]))
"#;
    python.ingest(&format!("{MORE}{script}")).await;
    let note = Look::at(&database, "note").await;
    let batch = |_| [Batch::new([Both::Note(Note { id: Some(2) })]).high_watermark(2)];
    let report = ingest::<Both>(&mut client).batches(batch).await.unwrap();
    let kept = report.kept.iter().map(|kept| (kept.table.to_string(), kept.name.as_str()));
    assert_eq!(kept.collect::<Vec<_>>(), [(r#""public"."note""#.to_owned(), "text")]);
    assert_eq!(Look::at(&database, "note").await, note);
    ingest::<Both>(&mut client).migration(Migration::Exact).migrate().await.unwrap();
    assert_eq!(Look::at(&database, "note").await.columns, "id bigint");
    assert_eq!(Look::at(&database, "t").await.columns, "id bigint NOT NULL");
}

/// Columns are nullable by default there, and NOT NULL here: each side would have its own way, by turns.
#[tokio::test]
async fn a_column_is_nullable_on_both_sides_or_on_neither() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Strict {
        #[ingest(primary_key)]
        id: i64,
        #[ingest(index)]
        value: String,
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    python.ingest(&format!(r#"{MORE}run((1, [(t, (1, "a"))]))"#)).await;
    let theirs = Look::at(&database, "t").await;
    let strict = |_| [Batch::new([Strict { id: 2, value: "b".to_owned() }]).high_watermark(2)];
    ingest::<Strict>(&mut client).batches(strict).await.unwrap();
    let ours = Look::at(&database, "t").await;
    // Before 12 there is no way to look at all rows first without a lock that readers wait for.
    assert_eq!(ours.oid == theirs.oid, version() >= 12);
    assert_eq!(ours.columns, "id bigint NOT NULL, value text NOT NULL");
    assert_eq!(python.ingest(&format!("{MORE}run((3, [(t, (3, None))]))")).await, json!(2));
    let theirs = Look::at(&database, "t").await;
    assert_ne!(theirs.oid, ours.oid, "Python replaces the table");
    assert_eq!(theirs.columns, "id bigint NOT NULL, value text");
    // Now there is a NULL.
    let strict = |_| [Batch::new([Strict { id: 4, value: "d".to_owned() }]).high_watermark(4)];
    let error = ingest::<Strict>(&mut client).batches(strict).await.unwrap_err();
    assert!(error.to_string().contains("\"value\""), "{error}");
    assert_eq!(Look::at(&database, "t").await, theirs);
}

#[tokio::test]
async fn what_python_loses_with_a_table_that_it_replaces_stays_here() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let reader = database.role("reader");
    let facts = format!(
        "SELECT (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'c'),
            (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid),
            has_table_privilege('{reader}', oid, 'SELECT'), has_table_privilege('{reader}', oid, 'INSERT')
        FROM pg_class AS c WHERE oid = 't'::regclass"
    );
    let more = |_: Option<i32>| [Batch::new([More { id: 2, value: None }]).high_watermark(2)];
    python.ingest(&format!("{MORE}run((1, [(t, (1, 'a'))]))")).await;
    let given = format!(
        "CREATE ROLE {reader}; GRANT SELECT, INSERT ON t TO {reader};
        ALTER TABLE t ADD CHECK (id > 0); CREATE POLICY p ON t"
    );
    database.execute(&given).await;
    let ours = ingest::<More>(&mut client).delete(Delete::BeforeFirstBatch);
    ours.batches(more).await.unwrap();
    assert_eq!(database.row(&facts).await, "1|1|t|t");
    let script = format!("{MORE}run((3, []), delete=Delete.BEFORE_FIRST_BATCH)");
    assert_eq!(python.ingest(&script).await, json!(2));
    assert_eq!(database.row(&facts).await, "0|0|t|f");
    database.execute(&format!("DROP OWNED BY {reader}; DROP ROLE {reader}")).await;
}
