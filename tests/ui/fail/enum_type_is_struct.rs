use pg_bulk_ingest::IngestEnum;

#[derive(IngestEnum)]
struct Mood {
    happy: bool,
}

#[derive(IngestEnum)]
union Either {
    one: i32,
    two: u32,
}

fn main() {}
