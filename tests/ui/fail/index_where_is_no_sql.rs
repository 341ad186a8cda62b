use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(a, where = ""), index(a, where = true), index(a, where = "\0"))]
struct MyRow {
    a: bool,
}

fn main() {}
