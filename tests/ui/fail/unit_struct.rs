use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow;

fn main() {}
