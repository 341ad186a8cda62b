use pg_bulk_ingest::IngestEnum;

#[derive(IngestEnum)]
#[ingest(rename_all = "lowercase")]
enum Mood {
    Sad,
    #[ingest(rename = "sad")]
    Unhappy,
    SAD,
}

fn main() {}
