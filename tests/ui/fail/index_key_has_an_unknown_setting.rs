use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(on(a(opclas = "text_ops"), b(opclass), a(collate = ""))))]
struct MyRow {
    a: String,
    b: String,
    #[ingest(index(opclass = "text_ops", opclass = "text_ops"))]
    c: String,
}

fn main() {}
