use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(a, on(b)), index(on(a), on(b)))]
struct MyRow {
    a: i32,
    b: i32,
}

fn main() {}
