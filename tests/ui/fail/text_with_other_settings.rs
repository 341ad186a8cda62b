use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(text)]
    a: String,
    #[ingest(text, json, sql_type = "jsonb")]
    b: String,
    #[ingest(text, to_sql, sql_type = "point")]
    c: String,
    #[ingest(text = "point")]
    d: String,
    #[ingest(cast, sql_type = "point")]
    e: String,
}

fn main() {}
