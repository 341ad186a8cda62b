use pg_bulk_ingest::IngestEnum;

#[derive(IngestEnum)]
enum Mood {}

fn main() {}
