use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(primary_key(id))]
struct MyRow {
    id: i32,
    #[ingest(primary_key)]
    name: String,
}

fn main() {}
