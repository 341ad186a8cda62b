use chrono::{DateTime, Utc};
use pg_bulk_ingest::{Filled, IngestTable};

#[derive(IngestTable)]
#[ingest(newest_by(again), unique(load))]
struct WrongPlaces {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(loaded_at, primary_key)]
    at: Filled<DateTime<Utc>>,
    #[ingest(loaded_at)]
    again: Filled<DateTime<Utc>>,
    #[ingest(load_id)]
    load: Filled<i64>,
}

#[derive(IngestTable)]
struct WrongSettings {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(loaded_at, default = "now()")]
    a: Filled<DateTime<Utc>>,
    #[ingest(load_id, identity)]
    b: Filled<i64>,
    #[ingest(generated = "id", load_id)]
    c: Filled<i64>,
    #[ingest(loaded_at, load_id)]
    d: Filled<i64>,
    #[ingest(loaded_at, on_update = "keep")]
    e: Filled<DateTime<Utc>>,
    #[ingest(load_id, json)]
    f: Filled<i64>,
    #[ingest(loaded_at = "now()")]
    g: Filled<DateTime<Utc>>,
    #[ingest(batch_id)]
    h: Filled<i64>,
    #[ingest(load_id, skip)]
    i: Filled<i64>,
}

#[derive(IngestTable)]
#[ingest(merge_on(load))]
struct Merged {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(load_id, unique)]
    load: Filled<i64>,
}

#[derive(IngestTable)]
struct WrongTypes {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(loaded_at)]
    at: DateTime<Utc>,
    #[ingest(load_id)]
    load: Filled<Option<i64>>,
}

#[derive(IngestTable)]
struct OtherWrongTypes {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(loaded_at)]
    at: Filled<i64>,
    #[ingest(load_id)]
    load: Filled<i32>,
}

#[derive(IngestTable)]
struct WrongSqlTypes {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(loaded_at, sql_type = "timestamp")]
    at: Filled<DateTime<Utc>>,
    #[ingest(load_id, sql_type = "integer")]
    load: Filled<i64>,
}

fn main() {}
