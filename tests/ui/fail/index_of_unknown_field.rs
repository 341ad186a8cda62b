use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(primary_key(identifier), unique(nam), index(id, naem))]
struct MyRow {
    id: i32,
    name: String,
}

fn main() {}
