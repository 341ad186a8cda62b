use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(a, include()), index(a, include("b")), index(a, include = "b"))]
#[ingest(index(a, include(c)), index(a, include(a)), index(a, include(b, b)))]
struct MyRow {
    a: i32,
    b: i32,
}

fn main() {}
