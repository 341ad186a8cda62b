use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(schema = "one")]
#[ingest(schema = "two")]
struct MyRow {
    #[ingest(primary_key, primary_key)]
    id: i32,
    #[ingest(column = "a", json, column = "b")]
    value: String,
}

fn main() {}
