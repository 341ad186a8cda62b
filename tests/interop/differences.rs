//! What is not alike, as the guide's page on coming from Python says.

use crate::look::Look;
use crate::python::Python;
use chrono::TimeDelta;
use pg_bulk_ingest::{Batch, IngestEnum, IngestTable, ingest};
use serde_json::{Value, json};
use tests::Database;

/// `SQLAlchemy`'s own types are never those that it finds in the database: Python replaces the table with the first
/// batch of each of its runs. This library does not.
#[tokio::test]
async fn a_table_of_sqlalchemys_own_types_is_replaced_by_python_alone() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(sql_type = "varchar(8)")]
        short: Option<String>,
        text: Option<String>,
        double: Option<f64>,
        at: Option<chrono::DateTime<chrono::Utc>>,
        integers: Option<Vec<i32>>,
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = r#"
t = table(
    "t",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("short", sa.String(8)),
    sa.Column("text", sa.Text),
    sa.Column("double", sa.Double),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("integers", sa.ARRAY(sa.Integer)),
)
at = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
"#;
    let rows = |id| format!("{script}run(({id}, [(t, ({id}, 'a', 'b', 1.5, at, [1]))]))");
    assert_eq!(python.ingest(&rows(1)).await, Value::Null);
    let made = Look::at(&database, "t").await;
    let plan = ingest::<Row>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let row = Row {
        id: 2,
        short: Some("a".to_owned()),
        text: Some("b".to_owned()),
        double: Some(1.5),
        at: Some("2024-01-01T00:00:00Z".parse().unwrap()),
        integers: Some(vec![1]),
    };
    let batch = |_| [Batch::new([row]).high_watermark(2)];
    ingest::<Row>(&mut client).batches(batch).await.unwrap();
    assert_eq!(Look::at(&database, "t").await, made);
    assert_eq!(python.ingest(&rows(3)).await, json!(2));
    let replaced = Look::at(&database, "t").await;
    assert_ne!(replaced.oid, made.oid);
    assert_eq!(replaced.columns, made.columns);
    let alike = "SELECT count(*), count(DISTINCT (to_jsonb(t) - 'id')::text) FROM t";
    assert_eq!(database.row(alike).await, "3|1");
}

/// The type has to be there, and Python has to be told: it would drop it with the table that it replaces.
#[tokio::test]
async fn an_enum_type_is_shared_if_python_does_not_create_it() {
    #[derive(IngestEnum, Clone, Copy)]
    #[ingest(type = "mood", rename_all = "lowercase")]
    enum Mood {
        Sad,
        #[expect(dead_code, reason = "a label of the type")]
        Ok,
        #[expect(dead_code, reason = "a label of the type")]
        Happy,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        #[ingest(primary_key)]
        id: i32,
        mood: Option<Mood>,
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = |mood: &str, id| {
        format!(
            r#"
mood = pg.ENUM("sad", "ok", "happy", name="mood"{mood})
t = table("t", sa.Column("id", sa.INTEGER, primary_key=True), sa.Column("mood", mood))
run(({id}, [(t, ({id}, "sad"))]))
"#
        )
    };
    let error = python.fails(&script("", 1)).await;
    assert!(error.contains("cannot drop type"), "{error}");
    python.ingest(&script(", create_type=False", 1)).await;
    let plan = ingest::<Row>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let batch = |_| [Batch::new([Row { id: 2, mood: Some(Mood::Sad) }]).high_watermark(2)];
    ingest::<Row>(&mut client).batches(batch).await.unwrap();
    assert_eq!(python.ingest(&script(", create_type=False", 3)).await, json!(2));
    assert_eq!(database.row("SELECT count(*), min(mood), max(mood) FROM t").await, "3|sad|sad");
}

#[tokio::test]
async fn some_values_are_written_otherwise() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        interval: Option<TimeDelta>,
        #[ingest(sql_type = "json")]
        json: Option<Value>,
        bytea: Option<Vec<u8>>,
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = r#"
t = table(
    "t", sa.Column("interval", pg.INTERVAL), sa.Column("json", pg.JSON), sa.Column("bytea", sa.LargeBinary)
)
run((1, [(t, (datetime.timedelta(days=2, hours=1), {"a": 1}, b"a"))]))
"#;
    python.ingest(script).await;
    let row = Row {
        interval: Some(TimeDelta::hours(49)),
        json: Some(json!({"a": 1})),
        bytea: Some(b"a".to_vec()),
    };
    ingest::<Row>(&mut client)
        .batches(|_: Option<i32>| [Batch::new([row]).high_watermark(2)])
        .await
        .unwrap();
    // Equal intervals; two texts of one JSON; and what Python prints of bytes, where `pg.BYTEA` would be right.
    let sql = "SELECT interval, interval = '49 hours', json, encode(bytea, 'escape') FROM t";
    let rows = [r#"2 days 01:00:00|t|{"a": 1}|b'a'"#, r#"49:00:00|t|{"a":1}|a"#];
    assert_eq!(database.rows(sql).await, rows);
}
