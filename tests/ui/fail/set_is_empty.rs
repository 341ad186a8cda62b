use pg_bulk_ingest::IngestTables;

#[derive(IngestTables)]
enum Shop {}

fn main() {}
