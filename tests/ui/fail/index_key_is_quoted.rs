use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(on("a", expr = lower(b), expr = "", a)))]
struct MyRow {
    a: String,
    b: String,
}

fn main() {}
