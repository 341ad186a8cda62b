use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(id, using = ""), index(id, using), unique(id, using = "hash"))]
struct MyRow {
    #[ingest(index(using = " "))]
    id: i32,
    #[ingest(index(using = gin))]
    name: String,
}

fn main() {}
