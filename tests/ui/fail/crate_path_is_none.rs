use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(crate = "my crate")]
struct MyRow {
    id: i32,
}

#[derive(IngestTable)]
#[ingest(crate = "")]
struct OtherRow {
    id: i32,
}

fn main() {}
