use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(on(a desc nulls last), using = "gin"), index(a, b, using = "hash"))]
#[ingest(index(a, include(b), using = "brin"), index(on(a desc), using = "of_an_extension"))]
struct MyRow {
    a: i32,
    #[ingest(index(using = "hash", asc))]
    b: i32,
}

fn main() {}
