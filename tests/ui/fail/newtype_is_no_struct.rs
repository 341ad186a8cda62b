use pg_bulk_ingest::IngestColumn;

#[derive(IngestColumn)]
enum Mood {
    Sad,
}

#[derive(IngestColumn)]
union Bits {
    a: i32,
    b: f32,
}

fn main() {}
