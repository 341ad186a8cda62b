use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(shema = "my_schema")]
struct MyRow {
    id: i32,
}

fn main() {}
