use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow(i32, String);

fn main() {}
