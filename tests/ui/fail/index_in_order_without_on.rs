use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(a desc), index(b(opclass = "int4_ops")))]
struct MyRow {
    a: i32,
    b: i32,
}

fn main() {}
