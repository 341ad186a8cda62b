use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    id: i32,
    #[ingest(skip, column = "b", json)]
    a: i32,
}

fn main() {}
