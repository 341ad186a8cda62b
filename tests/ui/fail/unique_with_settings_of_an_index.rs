use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(unique(a, where = "a > 0"), unique(on(a)), unique(a desc), unique(a, nulls_not_distinct = true))]
struct MyRow {
    a: i32,
    #[ingest(unique(desc))]
    b: i32,
}

fn main() {}
