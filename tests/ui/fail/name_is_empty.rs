use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(schema = "", table = "")]
struct MyRow {
    #[ingest(column = "")]
    id: i32,
}

fn main() {}
