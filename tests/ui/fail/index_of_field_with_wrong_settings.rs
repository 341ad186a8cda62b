use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(index(gin))]
    a: i32,
    #[ingest(index(sql = "(b)"))]
    b: i32,
    #[ingest(index(on(c)))]
    c: i32,
    #[ingest(index())]
    d: i32,
    #[ingest(index(include(e), where = ""))]
    e: i32,
}

fn main() {}
