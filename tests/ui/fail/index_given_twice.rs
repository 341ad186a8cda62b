use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(id), index(id, using = "hash"), index(id, name), index(id, name), unique(name))]
struct MyRow {
    #[ingest(index)]
    id: i32,
    #[ingest(unique)]
    name: String,
}

fn main() {}
