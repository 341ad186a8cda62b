use pg_bulk_ingest::{IngestEnum, IngestTable};

#[derive(IngestTable)]
#[ingest(table_name = "rows", pk(id))]
struct MyRow {
    #[ingest(pk)]
    id: i32,
    #[ingest(rename = "Name")]
    name: String,
    #[ingest(type = "varchar(16)")]
    code: String,
    #[ingest(jsonb)]
    tags: Vec<String>,
    #[ingest(ignore)]
    cache: String,
}

#[derive(IngestEnum)]
enum Mood {
    #[ingest(label = "sad")]
    Sad,
}

fn main() {}
