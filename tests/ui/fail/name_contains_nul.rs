use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(table = "my\0table")]
struct MyRow {
    #[ingest(column = "\0")]
    id: i32,
}

fn main() {}
