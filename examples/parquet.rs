//! A Parquet file in a table: its columns by their names, record batch by record batch, without a struct for each row.
//!
//! `cargo run --example parquet` starts a throw-away server; with `DATABASE_URL` it uses yours. It writes the file,
//! of three million rows, into a temporary folder itself.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use arrow_array::{
    ArrayRef, Float32Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use chrono::{DateTime, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, Report, ingest};
use pg_bulk_ingest_arrow::arrow_rows;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres::Client;

/// The table. No value of this struct is made.
#[derive(IngestTable)]
#[ingest(table = "example_readings")]
struct Reading<'a> {
    #[ingest(primary_key)]
    id: i64,
    at: DateTime<Utc>,
    sensor: &'a str,
    value: Option<f64>,
}

/// Loads a file in one batch: all of it is visible, or nothing.
async fn load(client: &mut Client, path: &Path) -> anyhow::Result<Report<NoWatermark>> {
    let file = File::open(path)?;
    let record_batches = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    let batch = Batch::new(arrow_rows::<Reading>(record_batches));
    Ok(ingest::<Reading>(client).batches(|_| [batch]).await?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (_server, mut client) =
        scratch::server::start("DROP TABLE IF EXISTS example_readings").await?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("readings.parquet");
    write(&path, 3_000_000)?;

    println!("{}\n", load(&mut client, &path).await?);
    scratch::table::print(&client, "SELECT * FROM example_readings WHERE id < 4 ORDER BY id")
        .await?;
    Ok(())
}

/// Writes a file of as many readings.
fn write(path: &Path, rows: i64) -> anyhow::Result<()> {
    let mut writer = ArrowWriter::try_new(File::create(path)?, readings(0..0)?.schema(), None)?;
    for first in (1..=rows).step_by(100_000) {
        writer.write(&readings(first..(first + 100_000).min(rows + 1))?)?;
    }
    writer.close()?;
    Ok(())
}

/// A reading a minute, of three sensors in turn. Each seventh has no value.
fn readings(ids: Range<i64>) -> anyhow::Result<RecordBatch> {
    let numbers = ids.clone().map(|id| u16::try_from(id % 420)).collect::<Result<Vec<_>, _>>()?;
    let sensors = numbers.iter().map(|n| ["attic", "cellar", "garden"][usize::from(n % 3)]);
    let values = numbers.iter().map(|n| (n % 7 != 0).then_some(f32::from(*n) / 4.0));
    let at = ids.clone().map(|id| 1_767_225_600_000 + 60_000 * id);
    Ok(RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from_iter_values(ids)) as ArrayRef),
        ("at", Arc::new(TimestampMillisecondArray::from_iter_values(at).with_timezone("UTC"))),
        ("sensor", Arc::new(StringArray::from_iter_values(sensors))),
        ("value", Arc::new(Float32Array::from_iter(values))),
    ])?)
}
