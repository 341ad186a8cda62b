use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(nullable)]
    id: i32,
}

fn main() {}
