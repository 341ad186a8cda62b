use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(primary_key("id"), index(id, lower(name), other))]
struct MyRow {
    id: i32,
    name: String,
}

fn main() {}
