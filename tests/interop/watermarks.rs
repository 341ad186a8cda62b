//! High watermarks of every shape, and where they are stored.

use crate::look::comment;
use crate::python::Python;
use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, ErrorKind, HighWatermark, Ingest, IngestTable, Watermarks, ingest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::Database;

const TABLE: &str = r#"t = table("t", sa.Column("id", sa.INTEGER))"#;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    id: Option<i32>,
}

/// Ingests one row; returns the high watermark that it began after.
async fn ingested<W>(ingest: Ingest<'_, Row>, next: W) -> Option<W>
where
    W: Serialize + DeserializeOwned + Clone + Send + Sync,
{
    let mut session = ingest.start::<W>().await.unwrap();
    let began = session.high_watermark().cloned();
    session.ingest(Batch::new([Row { id: Some(1) }]).high_watermark(next)).await.unwrap();
    session.finish().await.unwrap();
    began
}

/// Everything that JSON has.
fn shapes() -> Vec<Value> {
    vec![
        json!(0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.1),
        json!(1e300),
        json!(true),
        json!(""),
        json!("2024-02-29T12:00:00+05:45"),
        json!("it's \"quoted\" \\ back\nnew\tline 100% {} é 漢 😀 \u{1}"),
        json!([]),
        json!([1, null, ["x"]]),
        json!({}),
        json!({"day": "2024-02-29", "offsets": {"0": 7, "1": null}}),
    ]
}

/// One table for each, as each start of Python takes most of a second.
#[tokio::test]
async fn every_shape_is_read_and_stored_by_both() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let shapes = shapes();
    let script = format!(
        "for place, shape in enumerate(json.loads({:?})):
            metadata.clear()
            t = table(f't{{place}}', sa.Column('id', sa.INTEGER))
            run((shape, [(t, (1,))]))",
        Value::from(shapes.clone()).to_string()
    );
    let began = python.run(&script).await;
    assert!(began.iter().all(Value::is_null), "{began:?}");
    for (place, shape) in shapes.iter().enumerate() {
        let ours = ingest::<Row>(&mut client).into_table("public", format!("t{place}"));
        assert_eq!(ingested(ours, shape.clone()).await.as_ref(), Some(shape));
    }
    assert_eq!(python.run(&script).await, shapes);
    for (place, shape) in shapes.iter().enumerate() {
        let ours = ingest::<Row>(&mut client).into_table("public", format!("t{place}"));
        assert_eq!(ours.stored::<Value>().await.unwrap().as_ref(), Some(shape));
    }
}

#[tokio::test]
async fn one_is_read_as_the_type_that_it_is_of() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Offsets {
        day: NaiveDate,
        file: Option<String>,
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let day: NaiveDate = "2024-02-29".parse().unwrap();
    python.ingest(&format!("{TABLE}\nrun((datetime.date(2024, 2, 28).isoformat(), []))")).await;
    assert_eq!(ingested(ingest(&mut client), day).await, day.pred_opt());
    // A number where there was a date is an error, and no beginning from the start.
    let error = ingest::<Row>(&mut client).start::<i64>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Watermark { .. }), "{error:?}");

    let script = format!(r#"{TABLE}{}"#, "\nrun(({'day': '2024-02-29', 'file': None}, []))");
    assert_eq!(python.ingest(&script).await, json!("2024-02-29"));
    let next = Offsets { day, file: Some("b.csv".to_owned()) };
    let before = Offsets { day, file: None };
    assert_eq!(ingested(ingest(&mut client), next).await, Some(before));
    let next = json!({"day": "2024-02-29", "file": "b.csv"});
    assert_eq!(python.ingest(&script).await, next);
}

#[tokio::test]
async fn none_is_null_there_and_the_beginning_for_both() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = format!("{TABLE}\nrun((None, [(t, (1,))]))");
    assert_eq!(python.ingest(&script).await, Value::Null);
    assert_eq!(comment(&database, "t").await, r#"{"pg-bulk-ingest": {"high-watermark": null}}"#);
    assert_eq!(ingested(ingest(&mut client), 1).await, None);
    assert_eq!(python.ingest(&script).await, json!(1));
    // A batch without one leaves it here, and clears it there.
    assert_eq!(ingest::<Row>(&mut client).stored::<i32>().await.unwrap(), None);
    assert_eq!(ingested(ingest(&mut client), 2).await, None);
    let plain = |_: Option<i32>| [Batch::new([Row { id: None }]).without_high_watermark()];
    ingest::<Row>(&mut client).batches(plain).await.unwrap();
    assert_eq!(python.ingest(&script).await, json!(2));
}

#[tokio::test]
async fn it_begins_where_either_is_told_to() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    ingested(ingest(&mut client), 7).await;
    let script = format!(
        "{TABLE}
run(high_watermark=HighWatermark.EARLIEST)
run(high_watermark=HighWatermark.LATEST)
run((lambda: 9, [(t, (1,))]), high_watermark=3)"
    );
    assert_eq!(python.run(&script).await, [json!(null), json!(7), json!(3)]);
    for (setting, expected) in [
        (HighWatermark::Earliest, None),
        (HighWatermark::Latest, Some(9)),
        (HighWatermark::value(3), Some(3)),
    ] {
        let ours = ingest::<Row>(&mut client).high_watermark(setting);
        assert_eq!(ours.start().await.unwrap().high_watermark(), expected.as_ref());
    }
}

/// What else the comment says stays, if it is an object of JSON. Text is lost to Python alone.
#[tokio::test]
async fn what_else_the_comment_says_stays_if_it_is_an_object() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = format!("{TABLE}\nrun((1, [(t, (1,))]))");
    python.ingest(&script).await;
    database.execute("COMMENT ON TABLE t IS 'Ann''s table'").await;
    ingested(ingest(&mut client), 2).await;
    assert_eq!(python.ingest(&script).await, json!(2));
    let kept = "SELECT obj_description('t'::regclass)::json ->> 'comment'";
    assert_eq!(database.row(kept).await, "Ann's table");
    database.execute("COMMENT ON TABLE t IS 'Ann''s table'").await;
    assert_eq!(python.ingest(&script).await, Value::Null);
    assert_eq!(database.row(kept).await, "∅");
}

/// What Python makes of a float that JSON does not have is refused before the first row.
#[tokio::test]
async fn not_a_number_is_no_json() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    python.ingest(&format!("{TABLE}\nrun((float('nan'), [(t, (1,))]))")).await;
    let error = ingest::<Row>(&mut client).start::<f64>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnreadableComment { .. }), "{error:?}");
}

/// Python does not look into a table of high watermarks, and begins anew, until it is moved back.
#[tokio::test]
async fn one_in_a_table_is_moved_back_for_python() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = format!("{TABLE}\nrun()");
    python.ingest(&format!("{TABLE}\nrun((1, [(t, (1,))]))")).await;
    let table = || Watermarks::table("ops", "ingested");
    database.execute("CREATE SCHEMA ops").await;
    assert_eq!(ingested(ingest(&mut client).watermarks(table()), 2).await, Some(1));
    assert_eq!(python.ingest(&script).await, Value::Null);
    assert_eq!(ingested(ingest(&mut client), 3).await, Some(2));
    assert_eq!(python.ingest(&script).await, json!(3));
}
