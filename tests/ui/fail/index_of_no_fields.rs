use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(primary_key(), unique(), index(using = "gin"))]
struct MyRow {
    id: i32,
}

fn main() {}
