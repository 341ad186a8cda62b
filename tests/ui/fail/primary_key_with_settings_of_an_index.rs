use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(primary_key(a desc, include(b), using = "hash"))]
struct MyRow {
    a: i32,
    b: i32,
}

fn main() {}
