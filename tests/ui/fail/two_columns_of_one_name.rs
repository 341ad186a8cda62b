use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    id: i32,
    #[ingest(column = "id")]
    number: i32,
}

fn main() {}
