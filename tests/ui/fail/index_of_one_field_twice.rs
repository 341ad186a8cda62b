use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(primary_key(id, r#id), index(id, name, id))]
struct MyRow {
    id: i32,
    name: String,
}

fn main() {}
