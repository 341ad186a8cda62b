// Printed by `pg-bulk-ingest struct` of orders 2024.csv, events.ndjson.
// Types of the crates chrono, serde_json, uuid.

use pg_bulk_ingest::IngestTable;

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "orders_2024")]
pub struct Orders2024 {
    pub order_id: i32,
    pub customer: String,
    pub placed_at: chrono::DateTime<chrono::Utc>,
    pub shipped: Option<chrono::NaiveDate>,
    pub total: f64,
    pub paid: bool,
    pub postal_code: String,
    pub r#type: Option<String>,
    pub column: uuid::Uuid,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "events")]
pub struct Events {
    pub id: i64,
    pub at: chrono::NaiveDateTime,
    pub tags: Vec<String>,
    pub payload: serde_json::Value,
    pub score: Option<f64>,
    pub mixed: serde_json::Value,
    pub user_name: Option<String>,
}
