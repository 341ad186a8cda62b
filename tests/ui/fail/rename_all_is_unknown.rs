use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(rename_all = "Title Case")]
struct MyRow {
    id: i32,
}

fn main() {}
