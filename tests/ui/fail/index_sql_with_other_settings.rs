use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(a, sql = "(a)"), index(sql = "(a)", where = "a > 0"), index(sql = ""))]
struct MyRow {
    a: i32,
}

fn main() {}
