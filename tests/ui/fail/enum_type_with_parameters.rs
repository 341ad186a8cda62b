use pg_bulk_ingest::{IngestEnum, IngestTable};

#[derive(IngestEnum)]
enum Mood<const N: usize> {
    Sad,
}

/// No further error follows.
#[derive(IngestTable)]
struct Person {
    #[ingest(primary_key)]
    mood: Mood<1>,
    moods: Vec<Option<Mood<2>>>,
}

fn main() {}
