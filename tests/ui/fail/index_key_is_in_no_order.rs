use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(on(a down, b desc asc)), index(on(a nulls, b nulls middle, c desc nulls last first)))]
struct MyRow {
    a: i32,
    b: i32,
    #[ingest(index(desc desc))]
    c: i32,
}

fn main() {}
