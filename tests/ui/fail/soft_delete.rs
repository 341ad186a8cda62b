use chrono::{DateTime, Utc};
use pg_bulk_ingest::{Filled, IngestTable};

#[derive(IngestTable)]
struct WithoutAKey {
    id: i64,
    #[ingest(soft_delete)]
    deleted_at: Filled<Option<DateTime<Utc>>>,
}

#[derive(IngestTable)]
#[ingest(primary_key(id, c))]
struct WrongSettings {
    id: i64,
    #[ingest(soft_delete, default = "now()")]
    a: Filled<Option<DateTime<Utc>>>,
    #[ingest(loaded_at, soft_delete)]
    b: Filled<Option<DateTime<Utc>>>,
    #[ingest(soft_delete)]
    c: Filled<Option<DateTime<Utc>>>,
    #[ingest(soft_delete, unique)]
    d: Filled<Option<DateTime<Utc>>>,
    #[ingest(soft_delete, on_update = "keep")]
    e: Filled<Option<DateTime<Utc>>>,
    #[ingest(deleted_at)]
    f: Filled<Option<DateTime<Utc>>>,
}

#[derive(IngestTable)]
struct NeverNull {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(soft_delete)]
    deleted_at: Filled<DateTime<Utc>>,
}

#[derive(IngestTable)]
struct Sent {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(soft_delete)]
    deleted_at: Option<DateTime<Utc>>,
}

#[derive(IngestTable)]
struct Flag {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(soft_delete)]
    is_deleted: Filled<Option<bool>>,
}

fn main() {}
