use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(to_sql)]
    a: i32,
    #[ingest(to_sql, json, sql_type = "jsonb")]
    b: i32,
    #[ingest(to_sql = "integer", sql_type = "integer")]
    c: i32,
    #[ingest(to_sql, sql_type = "")]
    d: i32,
}

fn main() {}
