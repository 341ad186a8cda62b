//! pgpq, which is given Arrow's record batches, and pg-bulk-ingest-arrow, which is given the same.

use super::{ARROW, PGPQ, Peer};
use crate::contender::connect;
use crate::data::{N, W};
use crate::measure::{Cost, cost};
use arrow_array::builder::{FixedSizeBinaryBuilder, ListBuilder, StringBuilder};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use bytes::BytesMut;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use futures_util::SinkExt;
use pg_bulk_ingest::{Batch, IngestTable, RowOf, ingest};
use pg_bulk_ingest_arrow::arrow_rows;
use pgpq::ArrowToPostgresBinaryEncoder;
use pgpq::encoders::{EncoderBuilder, StringEncoderBuilder};
use pgpq::pg_schema::PostgresType;
use std::collections::HashMap;
use std::hint::black_box;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use tokio_postgres::Client;

/// Rows of a record batch.
const BATCH: usize = 10_000;

/// Rows as record batches.
pub(crate) trait Batches: Sized {
    fn batches(rows: &[Self]) -> Vec<RecordBatch>;
}

impl Batches for W {
    fn batches(rows: &[Self]) -> Vec<RecordBatch> {
        rows.chunks(BATCH).map(wide).collect()
    }
}

impl Batches for N {
    fn batches(rows: &[Self]) -> Vec<RecordBatch> {
        rows.chunks(BATCH).map(narrow).collect()
    }
}

/// Ingests record batches.
pub(crate) async fn ingest_batches<R>(client: &mut Client, table: &str, batches: &[RecordBatch])
where
    R: IngestTable + RowOf<R>,
{
    let rows = Batch::new(arrow_rows::<R>(batches));
    let ingest = ingest::<R>(client).into_table("public", table);
    ingest.batches(|_| [rows]).await.unwrap();
}

/// What pgpq makes of record batches, one after the other in the same buffer.
#[inline(never)]
pub(crate) fn encode_by_pgpq(batches: &[RecordBatch]) {
    let mut encoder = encoder(&batches[0]);
    let mut buffer = BytesMut::new();
    encoder.write_header(&mut buffer).unwrap();
    for batch in batches {
        encoder.write_batch(batch, &mut buffer).unwrap();
        black_box(&mut buffer).clear();
    }
    encoder.write_footer(&mut buffer).unwrap();
    black_box(buffer);
}

/// pg-bulk-ingest-arrow, into the table of `R`.
pub(super) struct Ours<R> {
    client: Client,
    table: &'static str,
    batches: Vec<RecordBatch>,
    rows: PhantomData<R>,
}

impl<R: IngestTable + RowOf<R>> Ours<R> {
    pub(super) async fn new(url: &str, table: &'static str, batches: Vec<RecordBatch>) -> Self {
        Self { client: connect(url).await, table, batches, rows: PhantomData }
    }
}

impl<R: IngestTable + RowOf<R>> Peer for Ours<R> {
    fn name(&self) -> &'static str {
        ARROW
    }

    fn load(&mut self) -> Pin<Box<dyn Future<Output = Cost> + '_>> {
        Box::pin(cost(ingest_batches::<R>(&mut self.client, self.table, &self.batches)))
    }
}

pub(super) struct Pgpq {
    client: Client,
    table: &'static str,
    batches: Vec<RecordBatch>,
}

impl Pgpq {
    pub(super) async fn new(url: &str, table: &'static str, batches: Vec<RecordBatch>) -> Self {
        Self { client: connect(url).await, table, batches }
    }

    async fn copy(&self) {
        let mut encoder = encoder(&self.batches[0]);
        let copy = format!("COPY {} FROM STDIN BINARY", self.table);
        let mut sink = pin!(self.client.copy_in(&copy).await.unwrap());
        let mut buffer = BytesMut::new();
        encoder.write_header(&mut buffer).unwrap();
        for batch in &self.batches {
            encoder.write_batch(batch, &mut buffer).unwrap();
            sink.feed(buffer.split().freeze()).await.unwrap();
        }
        encoder.write_footer(&mut buffer).unwrap();
        sink.feed(buffer.freeze()).await.unwrap();
        sink.finish().await.unwrap();
    }
}

impl Peer for Pgpq {
    fn name(&self) -> &'static str {
        PGPQ
    }

    fn load(&mut self) -> Pin<Box<dyn Future<Output = Cost> + '_>> {
        Box::pin(cost(self.copy()))
    }
}

/// Text is written as `jsonb` where the column is that.
fn encoder(batch: &RecordBatch) -> ArrowToPostgresBinaryEncoder {
    let schema = batch.schema();
    let mut encoders: HashMap<_, _> =
        pgpq::build_encoders(schema.fields()).unwrap().into_iter().collect();
    if let Ok(field) = schema.field_with_name("payload") {
        let jsonb =
            StringEncoderBuilder::new_with_output(Arc::new(field.clone()), PostgresType::Jsonb);
        encoders.insert("payload".to_owned(), EncoderBuilder::String(jsonb.unwrap()));
    }
    ArrowToPostgresBinaryEncoder::try_new_with_encoders(&schema, &encoders).unwrap()
}

fn column(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn timestamps(values: impl Iterator<Item = DateTime<Utc>>) -> ArrayRef {
    let micros = values.map(|value| value.timestamp_micros()).collect::<Vec<_>>();
    column(TimestampMicrosecondArray::from(micros).with_timezone("UTC"))
}

fn narrow(rows: &[N]) -> RecordBatch {
    let columns = [
        ("id", column(rows.iter().map(|row| row.id).collect::<Int64Array>())),
        ("ts", timestamps(rows.iter().map(|row| row.ts))),
        ("value", column(rows.iter().map(|row| row.value).collect::<Float64Array>())),
        ("sensor", column(rows.iter().map(|row| row.sensor).collect::<Int32Array>())),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn wide(rows: &[W]) -> RecordBatch {
    let text =
        |field: fn(&W) -> &str| column(StringArray::from_iter_values(rows.iter().map(field)));
    let descriptions: StringArray = rows.iter().map(|row| row.description.as_deref()).collect();
    let active: BooleanArray = rows.iter().map(|row| Some(row.active)).collect();
    let epoch = NaiveDate::default().num_days_from_ce();
    let days = rows.iter().map(|row| row.day.num_days_from_ce() - epoch).collect::<Vec<_>>();
    let mut references = FixedSizeBinaryBuilder::new(16);
    let mut tags = ListBuilder::new(StringBuilder::new());
    for row in rows {
        references.append_value(row.reference.as_bytes()).unwrap();
        tags.append_value(row.tags.iter().map(Some));
    }
    let columns = [
        ("id", column(rows.iter().map(|row| row.id).collect::<Int64Array>())),
        ("tenant", column(rows.iter().map(|row| row.tenant).collect::<Int32Array>())),
        ("name", text(|row| &row.name)),
        ("description", column(descriptions)),
        ("amount", column(rows.iter().map(|row| row.amount).collect::<Float64Array>())),
        ("active", column(active)),
        ("created", timestamps(rows.iter().map(|row| row.created))),
        ("day", column(Date32Array::from(days))),
        ("reference", column(references.finish())),
        ("payload", text(|row| row.payload.get())),
        ("tags", column(tags.finish())),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}
