use pg_bulk_ingest::{IngestEnum, IngestTable};

#[derive(IngestEnum)]
enum Mood {
    Sad,
}

#[derive(IngestTable)]
struct Person {
    #[ingest(sql_type = "integer")]
    mood: Mood,
    #[ingest(sql_type = "varchar(8)")]
    name: Mood,
}

#[derive(IngestTable)]
struct Key {
    #[ingest(primary_key)]
    mood: Option<Mood>,
}

fn main() {}
