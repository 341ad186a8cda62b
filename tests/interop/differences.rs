//! What is not alike, as the guide's page on coming from Python says.

use crate::look::Look;
use crate::python::Python;
use chrono::TimeDelta;
use pg_bulk_ingest::{Batch, IngestEnum, IngestTable, ingest};
use serde_json::{Value, json};
use tests::Database;

/// `SQLAlchemy`'s own types, and `unique=True`, are never what it finds in the database: Python replaces the table with the first
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
        #[ingest(unique)]
        code: Option<i32>,
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
    sa.Column("code", sa.INTEGER, unique=True),
)
at = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
"#;
    let rows = |id| format!("{script}run(({id}, [(t, ({id}, 'a', 'b', 1.5, at, [1], {id}))]))");
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
        code: Some(2),
    };
    let batch = |_| [Batch::new([row]).high_watermark(2)];
    ingest::<Row>(&mut client).batches(batch).await.unwrap();
    assert_eq!(Look::at(&database, "t").await, made);
    assert_eq!(python.ingest(&rows(3)).await, json!(2));
    let replaced = Look::at(&database, "t").await;
    assert_ne!(replaced.oid, made.oid);
    assert_eq!(replaced.columns, made.columns);
    let alike = "SELECT count(*), count(DISTINCT (to_jsonb(t) - 'id' - 'code')::text) FROM t";
    assert_eq!(database.row(alike).await, "3|1");
}

/// A table for each type, as one such column is enough.
#[tokio::test]
async fn python_replaces_a_table_for_each_of_these_types() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let types = [
        "sa.Boolean",
        "sa.SmallInteger",
        "sa.Integer",
        "sa.BigInteger",
        "sa.Float",
        "sa.FLOAT",
        "sa.Double",
        "sa.DOUBLE_PRECISION",
        "sa.Numeric",
        "sa.Numeric(5, 2)",
        "sa.Text",
        "sa.String",
        "sa.String(8)",
        "sa.LargeBinary",
        "sa.Date",
        "sa.Time",
        "sa.DateTime",
        "sa.DateTime(timezone=True)",
        "sa.Interval",
        "sa.Uuid",
        "sa.JSON",
        "sa.ARRAY(sa.Integer)",
    ];
    let tables = types.iter().enumerate();
    let tables = tables.map(|(place, sql)| format!("table('t{place}', sa.Column('a', {sql}))\n"));
    let script = tables.collect::<String>() + "run((1, []))";
    let sql = "SELECT oid FROM pg_class WHERE relname ~ '^t[0-9]+$' ORDER BY oid";
    python.ingest(&script).await;
    let made = database.rows(sql).await;
    assert_eq!(made.len(), types.len());
    python.ingest(&script).await;
    let replaced = database.rows(sql).await;
    assert_eq!(replaced.len(), types.len());
    assert!(!replaced.iter().any(|oid| made.contains(oid)), "{made:?}, {replaced:?}");
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

#[tokio::test]
async fn what_python_cannot_write_is_written_here() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        nested: Option<Vec<Vec<i32>>>,
        bytes: Option<Vec<Vec<u8>>>,
        json: Option<Vec<Value>>,
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let table = r#"
t = table(
    "t",
    sa.Column("nested", pg.ARRAY(sa.INTEGER)),
    sa.Column("bytes", pg.ARRAY(pg.BYTEA)),
    sa.Column("json", pg.ARRAY(pg.JSONB)),
)
"#;
    python.ingest(&format!("{table}run((1, [(t, (None, [b'a'], None))]))")).await;
    let row = Row {
        nested: Some(vec![vec![1, 2], vec![3, 4]]),
        bytes: Some(vec![b"a".to_vec()]),
        json: Some(vec![json!({"a": 1})]),
    };
    let batch = |_: Option<i32>| [Batch::new([row]).high_watermark(2)];
    ingest::<Row>(&mut client).batches(batch).await.unwrap();
    let sql = "SELECT nested, encode(bytes[1], 'escape'), json[1] FROM t";
    assert_eq!(database.rows(sql).await, ["∅|b'a'|∅", r#"{{1,2},{3,4}}|a|{"a": 1}"#]);
    for (ingested, error) in [
        ("(3, [(t, ([[1, 2], [3, 4]], None, None))])", "\"[1, 2]\""),
        ("(3, [(t, (None, None, [{'a': 1}]))])", "{'a': 1}"),
        // A high watermark that is taken for one with a parameter.
        ("('page :b', [(t, (None, None, None))])", "A value is required for bind parameter"),
    ] {
        let failed = python.fails(&format!("{table}run({ingested})")).await;
        assert!(failed.contains(error), "{failed}");
    }
    let stored = ingest::<Row>(&mut client).stored::<i32>().await.unwrap();
    assert_eq!(stored, Some(2));
}
