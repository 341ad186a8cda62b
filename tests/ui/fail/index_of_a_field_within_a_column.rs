use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(a.b), primary_key(a.b.c))]
struct MyRow {
    a: i32,
}

fn main() {}
