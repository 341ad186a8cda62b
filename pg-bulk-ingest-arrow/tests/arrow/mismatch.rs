//! Record batches that are no rows of the table: refused whole, with all that is wrong with them.

use crate::{array, batch};
use arrow_array::{
    Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::ArrowError;
use chrono::{DateTime, NaiveDateTime, Utc};
use pg_bulk_ingest::{Batch, Error, ErrorKind, Filled, IngestTable, NoWatermark, SetAside, ingest};
use pg_bulk_ingest_arrow::{self as arrow, ArrowRows, arrow_rows};
use std::error::Error as _;
use tests::Database;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(identity)]
    id: Filled<i64>,
    number: i32,
    at: DateTime<Utc>,
    seen: Option<NaiveDateTime>,
    note: Option<String>,
}

/// What is wrong with it, if anything is.
fn wrong(mut rows: ArrowRows<'_, Row>) -> Option<Vec<String>> {
    let first = rows.next()?.err()?;
    assert!(rows.next().is_none());
    let arrow::ErrorKind::Mismatch { table, columns, .. } = first.kind() else {
        panic!("{first}");
    };
    assert_eq!((first.record_batch(), &**table), (1, "\"public\".\"t\""));
    Some(columns.clone())
}

fn right() -> [(&'static str, arrow_array::ArrayRef); 4] {
    let micros = || TimestampMicrosecondArray::from(vec![0]);
    [
        ("note", array(StringArray::from(vec!["a"]))),
        ("seen", array(micros())),
        ("at", array(micros().with_timezone("UTC"))),
        ("number", array(Int32Array::from(vec![1]))),
    ]
}

#[test]
fn columns_may_be_in_any_order() {
    assert_eq!(wrong(arrow_rows([batch(right())])), None);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let micros = || TimestampMicrosecondArray::from(vec![0]);
    let columns = batch([
        ("number", array(Int64Array::from(vec![1]))),
        ("at", array(micros())),
        ("seen", array(micros().with_timezone("UTC"))),
        ("Note", array(StringArray::from(vec!["a"]))),
        ("id", array(Int64Array::from(vec![1]))),
    ]);
    let expected = [
        "column \"number\" is Int64 in Arrow and integer in the table (field `number: i32`), \
         which does not take all values of it",
        "column \"at\" is Timestamp(µs) in Arrow and timestamp with time zone in the table \
         (field `at: DateTime<Utc>`), and timestamps without a time zone are no instants",
        "column \"seen\" is Timestamp(µs, \"UTC\") in Arrow and timestamp without time zone in \
         the table (field `seen: Option<NaiveDateTime>`), and timestamps with a time zone are \
         instants",
        "column \"note\" is missing (`missing_as_null` makes it NULL)",
        "the table has no column \"Note\" (`ignore_extra_columns` leaves it out)",
        "column \"id\" is filled by the server (`ignore_extra_columns` leaves it out)",
    ];
    assert_eq!(wrong(arrow_rows([columns])).unwrap(), expected);
    let [_, seen, at, number] = right();
    let without = || batch([seen.clone(), at.clone()]);
    assert_eq!(
        wrong(arrow_rows([without()]).missing_as_null()).unwrap(),
        ["column \"number\" is missing"]
    );
    let twice = batch([seen.clone(), at.clone(), number.clone(), number.clone()]);
    assert_eq!(
        wrong(arrow_rows([twice]).missing_as_null()).unwrap(),
        ["there is more than one column \"number\""]
    );
}

async fn ingested(
    database: &Database,
    rows: ArrowRows<'_, Row>,
    set_aside: Option<SetAside<'_>>,
) -> Result<u64, Error> {
    let mut client = database.connect().await;
    let ingest = ingest::<Row>(&mut client);
    let ingest = match set_aside {
        Some(set_aside) => ingest.set_aside(set_aside),
        None => ingest,
    };
    let report = ingest.batches(|_: Option<NoWatermark>| [Batch::new(rows)]).await?;
    Ok(report.rows)
}

#[tokio::test]
async fn they_may_be_let_pass() {
    let database = Database::new().await;
    let [_, seen, at, number] = right();
    let id = ("id", array(Int64Array::from(vec![99])));
    let more = ("more", array(Float64Array::from(vec![1.5])));
    let rows = || {
        arrow_rows([batch([id.clone(), seen.clone(), more.clone(), at.clone(), number.clone()])])
    };
    let error = ingested(&database, rows(), None).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error:?}");
    let cause = error.source().unwrap();
    assert!(cause.is::<arrow::Error>(), "{error:?}");
    assert!(
        cause.to_string().starts_with("record batch 1 has no rows of \"public\".\"t\": column")
    );
    assert_eq!(database.rows("SELECT to_regclass('t')").await, ["∅"]);

    let rows = rows().ignore_extra_columns().missing_as_null();
    assert_eq!(ingested(&database, rows, None).await.unwrap(), 1);
    assert_eq!(database.rows("SELECT id, number, note FROM t").await, ["1|1|∅"]);
}

/// Rows would be missing: no budget for rows that are set aside is one for record batches.
#[tokio::test]
async fn what_cannot_be_read_is_never_set_aside() {
    let database = Database::new().await;
    let broken = || Err(ArrowError::ParseError("the file ends here".to_owned()));
    let [_, seen, at, number] = right();
    let other = batch([seen, at, number]);
    let all =
        || SetAside { at_most: u64::MAX, share: 1.0, source_errors: true, ..SetAside::default() };
    let lists: [Vec<Result<RecordBatch, ArrowError>>; 3] = [
        vec![Ok(batch(right())), broken(), Ok(batch(right()))],
        vec![broken(), Ok(batch(right()))],
        vec![Ok(batch(right())), Ok(other), Ok(batch(right()))],
    ];
    for (list, number) in lists.into_iter().zip([2, 1, 2]) {
        let rows = arrow_rows(list.into_iter());
        let error = ingested(&database, rows, Some(all())).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Source), "{error:?}");
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains(&format!("record batch {number}")), "{error:?}");
        assert_eq!(database.rows("SELECT to_regclass('t')").await, ["∅"]);
    }
    let rows = arrow_rows::<Row>([broken(), Ok(batch(right()))]);
    let mut client = database.connect().await;
    let running = ingest::<Row>(&mut client).set_aside(all()).rows(|_| rows, |_| NoWatermark);
    let error = running.await.unwrap_err();
    let cause = error.source().unwrap();
    assert_eq!(cause.to_string(), "cannot read record batch 1");
    assert_eq!(cause.source().unwrap().to_string(), "Parser error: the file ends here");
    assert_eq!(database.rows("SELECT to_regclass('t')").await, ["∅"]);
}
