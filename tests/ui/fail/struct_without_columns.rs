use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Empty {}

#[derive(IngestTable)]
struct Skipped {
    #[ingest(skip)]
    id: i32,
}

fn main() {}
