use pg_bulk_ingest::IngestColumn;

#[derive(IngestColumn)]
#[ingest(table = "t", transparent)]
struct Id(#[ingest(primary_key, sql_type = "integer")] i32);

#[derive(IngestColumn)]
#[ingest(crate = "pg_bulk_ingest", crate = "pg_bulk_ingest")]
struct Name(String, #[ingest(skip, skip)] i32, #[ingest(skip = true)] i32);

fn main() {}
