use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(column = "number", json)]
struct MyRow {
    #[ingest(table = "my_table")]
    id: i32,
}

fn main() {}
