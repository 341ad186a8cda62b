//! Files: Parquet, CSV.

use crate::{array, batch};
use arrow_array::{Date32Array, Float64Array, Int64Array, StringArray, TimestampMillisecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, NoWatermark, ingest};
use pg_bulk_ingest_arrow::arrow_rows;
use std::error::Error as _;
use std::sync::Arc;
use tests::Database;

#[derive(IngestTable)]
#[ingest(table = "flight")]
struct Flight {
    #[ingest(primary_key)]
    id: i64,
    day: NaiveDate,
    departed: Option<DateTime<Utc>>,
    carrier: String,
    delay: Option<f64>,
}

const FLIGHTS: &str =
    "SELECT id, day, departed AT TIME ZONE 'UTC', carrier, delay FROM flight ORDER BY id";

#[tokio::test]
async fn a_parquet_file_is_loaded() {
    let instants = vec![Some(1_769_860_800_000), None, Some(-1)];
    let flights = batch([
        ("id", array(Int64Array::from(vec![1, 2, 3]))),
        ("day", array(Date32Array::from(vec![20_484, 20_485, -1]))),
        ("departed", array(TimestampMillisecondArray::from(instants).with_timezone("UTC"))),
        ("carrier", array(StringArray::from(vec!["AA", "B6", "AA"]))),
        ("delay", array(Float64Array::from(vec![Some(1.5), None, Some(-2.0)]))),
    ]);
    let mut writer = ArrowWriter::try_new(Vec::new(), flights.schema(), None).unwrap();
    writer.write(&flights).unwrap();
    let file = Bytes::from(writer.into_inner().unwrap());

    let database = Database::new().await;
    let mut client = database.connect().await;
    // In record batches of two rows.
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap();
    let reader = reader.with_batch_size(2).build().unwrap();
    let batches = |_: Option<NoWatermark>| [Batch::new(arrow_rows::<Flight>(reader))];
    let report = ingest::<Flight>(&mut client).batches(batches).await.unwrap();
    assert_eq!(report.rows, 3);
    assert_eq!(
        database.rows(FLIGHTS).await,
        [
            "1|2026-01-31|2026-01-31 12:00:00|AA|1.5",
            "2|2026-02-01|∅|B6|∅",
            "3|1969-12-31|1969-12-31 23:59:59.999|AA|-2",
        ]
    );
}

fn schema() -> Arc<Schema> {
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("day", DataType::Date32, false),
        Field::new("departed", instant, true),
        Field::new("carrier", DataType::Utf8, false),
        Field::new("delay", DataType::Float64, true),
    ]))
}

#[tokio::test]
async fn a_csv_file_is_loaded() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let reader = |file: &'static str| {
        let reader = arrow_csv::ReaderBuilder::new(schema()).with_header(true).with_batch_size(1);
        reader.build(file.as_bytes()).unwrap()
    };
    let file = "id,day,departed,carrier,delay\n1,2026-01-31,2026-01-31T12:00:00Z,\"A,A\",1.5\n2,2026-02-01,,B6,\n";
    let batches = |_: Option<NoWatermark>| [Batch::new(arrow_rows::<Flight>(reader(file)))];
    ingest::<Flight>(&mut client).batches(batches).await.unwrap();
    let expected = ["1|2026-01-31|2026-01-31 12:00:00|A,A|1.5", "2|2026-02-01|∅|B6|∅"];
    assert_eq!(database.rows(FLIGHTS).await, expected);

    // The record batch before is rolled back as well.
    let file = "id,day,departed,carrier,delay\n3,2026-01-31,,AA,\n4,31/01/2026,,B6,\n";
    let batches = |_: Option<NoWatermark>| [Batch::new(arrow_rows::<Flight>(reader(file)))];
    let error = ingest::<Flight>(&mut client).batches(batches).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error:?}");
    let cause = error.source().unwrap();
    assert_eq!(cause.to_string(), "cannot read record batch 2");
    assert!(cause.source().unwrap().to_string().contains("31/01/2026"), "{error:?}");
    assert_eq!(database.rows(FLIGHTS).await, expected);
}
