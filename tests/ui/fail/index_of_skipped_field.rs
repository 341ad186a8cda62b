use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(primary_key(cache), index(id, cache))]
struct MyRow {
    id: i32,
    #[ingest(skip)]
    cache: String,
}

fn main() {}
