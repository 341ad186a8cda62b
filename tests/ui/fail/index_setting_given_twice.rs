use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(a, using = "gin", using = "gist"), index(a, where = "a > 0", where = "a < 9"))]
#[ingest(unique(a, include(b), include(b), nulls_not_distinct, nulls_not_distinct))]
struct MyRow {
    a: i32,
    b: i32,
}

fn main() {}
