//! `jsonb` and `json`.

use super::pg_text::{Cells, PgText};
use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::{text, with_extremes};
use pg_bulk_ingest::{Batch, IngestTable, Json};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tests::{Database, ingest};

shapes!(AsJson, "json", "json[]");

fn leaf() -> BoxedStrategy<Value> {
    let any = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Of up to 10 digits: of more, writers may choose different ones that are read alike.
        (any::<i32>(), -290..290).prop_map(|(digits, exponent)| {
            Value::from(format!("{digits}e{exponent}").parse::<f64>().unwrap())
        }),
        text(8).prop_map(Value::from),
    ];
    let extremes = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-0.0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(f64::MAX),
        json!(5e-324),
        json!({}),
        json!([]),
        json!(""),
        json!({"": null}),
    ];
    with_extremes(any, extremes)
}

fn value() -> BoxedStrategy<Value> {
    let nested = leaf().prop_recursive(4, 12, 4, |value| {
        prop_oneof![
            vec(value.clone(), 0..4).prop_map(Value::from),
            vec((text(4), value), 0..4).prop_map(|entries| entries.into_iter().collect()),
        ]
    });
    nested.boxed()
}

#[test]
fn json_values_read_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, Value>("b", "jsonb", value());
    server.every_shape::<AsJson<_>, Value>("j", "json", value());
}

fn raw() -> BoxedStrategy<Box<RawValue>> {
    let spaced = |value: Value| format!(" {{ \"a\":{value:#} ,\r\n\"a\" : \"\\u00e9\\/\" }}\t");
    let number = Just("-1.20e+5".to_owned());
    let texts = prop_oneof![9 => value().prop_map(spaced), 1 => number];
    texts.prop_map(|text| RawValue::from_string(text).unwrap()).boxed()
}

#[test]
fn raw_json_reads_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, Box<RawValue>>("b", "jsonb", raw());
    server.every_shape::<AsJson<_>, Box<RawValue>>("j", "json", raw());
}

/// A type of a user's own.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reading {
    sensor_name: String,
    value: Option<i64>,
    tags: std::collections::BTreeMap<String, bool>,
    state: State,
}

#[derive(Debug, Clone, Serialize)]
enum State {
    Off,
    On { since: u32 },
}

impl PgText for Reading {
    fn pg_text(&self) -> Option<String> {
        let state = match self.state {
            State::Off => json!("Off"),
            State::On { since } => json!({"On": {"since": since}}),
        };
        let Self { sensor_name, value, tags, .. } = self;
        let tags = tags.iter().map(|(tag, set)| (tag.clone(), Value::from(*set)));
        let tags = Value::Object(tags.collect());
        let value =
            json!({"state": state, "sensorName": sensor_name, "value": value, "tags": tags});
        value.pg_text()
    }
}

impl PgText for Json<Reading> {
    fn pg_text(&self) -> Option<String> {
        self.0.pg_text()
    }
}

fn reading() -> BoxedStrategy<Reading> {
    let state = prop_oneof![Just(State::Off), any::<u32>().prop_map(|since| State::On { since })];
    let parts = (text(8), any::<Option<i64>>(), btree_map(text(4), any::<bool>(), 0..4), state);
    let reading = |(sensor_name, value, tags, state)| Reading { sensor_name, value, tags, state };
    parts.prop_map(reading).boxed()
}

#[test]
fn what_serde_makes_of_a_type_reads_back_equal() {
    let server = ReadBack::new();
    let readings = reading().prop_map(Json).boxed();
    server.every_shape::<OwnType<_>, Json<Reading>>("b", "jsonb", readings.clone());
    server.every_shape::<AsJson<_>, Json<Reading>>("j", "json", readings);
}

type Maybe<T> = Option<T>;

#[derive(IngestTable, Debug)]
struct Fields {
    id: i32,
    #[ingest(json)]
    reading: Reading,
    #[ingest(json)]
    nullable: Maybe<Reading>,
    #[ingest(json)]
    list: Vec<Option<Reading>>,
    #[ingest(json, sql_type = "json")]
    as_json: Reading,
    #[ingest(json, sql_type = "json")]
    nullable_as_json: Option<Reading>,
    /// The `null` of JSON, which is no NULL.
    json_null: Json<Option<bool>>,
}

impl Cells for Fields {
    fn cells(&self) -> Vec<Option<String>> {
        let list = self.list.iter();
        let list = list.map(|item| item.pg_text().unwrap_or_else(|| "null".to_owned()));
        vec![
            self.reading.pg_text(),
            self.nullable.pg_text(),
            Some(format!("[{}]", list.collect::<Vec<_>>().join(","))),
            self.as_json.pg_text(),
            self.nullable_as_json.pg_text(),
            Some(self.json_null.0.map_or("null".to_owned(), |value| value.to_string())),
        ]
    }
}

#[test]
fn fields_marked_json_read_back_equal() {
    let row = (
        reading(),
        option::of(reading()),
        vec(option::of(reading()), 0..3),
        reading(),
        option::of(reading()),
        any::<Option<bool>>(),
    );
    let row = row.prop_map(|(reading, nullable, list, as_json, nullable_as_json, json_null)| {
        let json_null = Json(json_null);
        Fields { id: 0, reading, nullable, list, as_json, nullable_as_json, json_null }
    });
    let server = ReadBack::new();
    server.property(vec(row, 1..100), |server, rows| {
        let rows = (0..).zip(rows).map(|(id, row)| Fields { id, ..row });
        server.check("t", &rows.collect::<Vec<_>>())
    });
    assert_eq!(server.types("t"), "jsonb, jsonb, jsonb, json, json, jsonb");
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Letters<'a> {
    #[ingest(sql_type = "json")]
    raw: &'a RawValue,
    #[ingest(sql_type = "json")]
    value: Value,
    not_finite: Json<[f64; 3]>,
}

#[tokio::test]
async fn raw_json_is_stored_to_the_letter_as_json() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let text = r#" {"b" : 1.0e+2,  "a":"\u00e9\/é", "a": -0 } "#;
    let raw: &RawValue = serde_json::from_str(text).unwrap();
    let not_finite = Json([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    let rows = [Letters { raw, value: json!({"b": 1.5, "a": "é\u{1}"}), not_finite }];
    ingest::<Letters<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let stored = r#"{"a":"é\u0001","b":1.5}"#;
    assert_eq!(
        database.row("SELECT raw, value, not_finite FROM t").await,
        format!("{}|{stored}|[null, null, null]", text.trim())
    );
}
