use pg_bulk_ingest::IngestColumn;

#[derive(IngestColumn)]
struct Unit;

#[derive(IngestColumn)]
struct Empty {}

#[derive(IngestColumn)]
struct Skipped(#[ingest(skip)] i32);

fn main() {}
