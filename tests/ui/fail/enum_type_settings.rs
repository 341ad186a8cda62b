use pg_bulk_ingest::IngestEnum;

#[derive(IngestEnum)]
#[ingest(name = "mood", table = "moods", type = "mood", type = "temper", schema)]
#[ingest(rename_all = "Title Case", rename = "mood", crate = "")]
enum Mood {
    #[ingest(label = "sad", column = "sad", rename)]
    Sad,
    #[ingest(rename = "ok", rename = "okay")]
    Ok,
    #[ingest]
    Happy,
}

fn main() {}
