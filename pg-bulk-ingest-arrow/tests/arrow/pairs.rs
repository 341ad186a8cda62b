//! Every type of arrays with every type of columns: which go together, and that what is then in the table is what
//! was in the array.

use crate::arrays::{Texts, arrays};
use crate::batch;
use arrow_array::{Array, ArrayRef, Int32Array};
use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use pg_bulk_ingest::{Batch, IngestColumn, IngestTable, NoWatermark, ingest};
use pg_bulk_ingest_arrow::arrow_rows;
use serde_json::Value;
use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;
use tests::Database;
use tokio_postgres::Client;
use uuid::Uuid;

#[derive(IngestTable)]
struct One<T> {
    id: i32,
    value: Option<T>,
}

/// The types of arrays that go into each type of columns, but for `Null`, which goes into all.
const EXPECTED: &str = include_str!("pairs.txt");

struct Look {
    client: Client,
    number: u32,
    pairs: String,
}

impl Look {
    async fn at<T: IngestColumn + Send>(&mut self) {
        let sql_type = T::TYPE.sql();
        write!(self.pairs, "{sql_type}:").unwrap();
        for (values, texts) in arrays() {
            let of = values.data_type().to_string();
            let ids = Int32Array::from_iter_values(0..i32::try_from(values.len()).unwrap());
            let rows = batch([("id", Arc::new(ids)), ("value", values)]);
            if arrow_rows::<One<T>>([&rows]).next().unwrap().is_err() {
                continue;
            }
            if of != "Null" {
                write!(self.pairs, "\n    {of}").unwrap();
            }
            self.number += 1;
            let table = format!("p{}", self.number);
            let batches = |_: Option<NoWatermark>| [Batch::new(arrow_rows::<One<T>>([&rows]))];
            let ingest = ingest::<One<T>>(&mut self.client).into_table("public", &table);
            let report = ingest.batches(batches).await.unwrap();
            assert_eq!(report.rows, texts.len() as u64, "{of} into {sql_type}");
            self.compare(&table, texts, &sql_type, &of).await;
        }
        self.pairs.push('\n');
    }

    /// Compares with what the server reads of the texts, by its own output.
    async fn compare(&self, table: &str, texts: Texts, sql_type: &str, of: &str) {
        let sql = format!("SELECT value::text FROM {table} ORDER BY id");
        let found = self.client.query(&sql, &[]).await.unwrap();
        assert_eq!(found.len(), texts.len(), "{of} into {sql_type}");
        for (found, text) in found.iter().zip(texts) {
            let found: Option<&str> = found.get(0);
            // Bytes of a UUID are written without punctuation.
            let text = text.map(|text| match sql_type {
                "uuid" => text.trim_start_matches("\\x"),
                _ => text,
            });
            let sql = format!("SELECT CAST($1::text AS {sql_type})::text");
            let expected = self.client.query_one(&sql, &[&text]).await.unwrap();
            assert_eq!(found, expected.get::<_, Option<&str>>(0), "{of} into {sql_type}");
        }
    }
}

#[tokio::test]
async fn an_array_goes_into_the_columns_that_hold_all_its_values() {
    let database = Database::new().await;
    let client = database.connect().await;
    // All digits of a real, also before 12.
    client.batch_execute("SET extra_float_digits = 3").await.unwrap();
    let mut look = Look { client, number: 0, pairs: String::new() };
    look.at::<bool>().await;
    look.at::<i16>().await;
    look.at::<i32>().await;
    look.at::<i64>().await;
    look.at::<f32>().await;
    look.at::<f64>().await;
    look.at::<BigDecimal>().await;
    look.at::<String>().await;
    look.at::<Vec<u8>>().await;
    look.at::<NaiveDate>().await;
    look.at::<NaiveTime>().await;
    look.at::<NaiveDateTime>().await;
    look.at::<DateTime<Utc>>().await;
    look.at::<TimeDelta>().await;
    look.at::<Uuid>().await;
    look.at::<Value>().await;
    look.at::<IpAddr>().await;
    look.at::<Vec<i32>>().await;
    assert_eq!(look.pairs, EXPECTED, "{}", look.pairs);
}

/// Slices of arrays begin where they say.
#[test]
fn of_a_slice_the_right_values_are_written() {
    let copy = |value: ArrayRef| {
        let ids: ArrayRef = Arc::new(Int32Array::from(vec![7; value.len()]));
        let rows = arrow_rows::<One<String>>([batch([("id", ids), ("value", value)])]);
        let rows = rows.map(Result::unwrap).collect::<Vec<_>>();
        pg_bulk_ingest::__fuzz::copy::<One<String>, _>(&[(0, 23), (0, 25)], rows).unwrap()
    };
    for (values, _) in arrays() {
        if matches!(values.data_type().to_string().as_str(), text if text.contains("Utf8")) {
            let slice = values.slice(1, values.len() - 1);
            let whole = arrow_select_by_hand(&values);
            assert_eq!(copy(slice), copy(whole), "{}", values.data_type());
        }
    }
}

/// The values from the second on, as an array of their own that is no slice.
fn arrow_select_by_hand(values: &ArrayRef) -> ArrayRef {
    let texts = arrow_cast::cast(values, &arrow_schema::DataType::Utf8).unwrap();
    let texts = texts.as_any().downcast_ref::<arrow_array::StringArray>().unwrap();
    Arc::new(texts.iter().skip(1).collect::<arrow_array::StringArray>())
}
