use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest]
struct MyRow {
    #[ingest = "id"]
    id: i32,
    #[ingest("name")]
    name: String,
}

fn main() {}
