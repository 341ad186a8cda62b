use pg_bulk_ingest::IngestEnum;

#[derive(IngestEnum)]
enum Mood {
    Sad(i32),
    Ok,
    Happy { why: String },
    Glad(),
}

fn main() {}
