use pg_bulk_ingest::{IngestColumn, IngestTable};

struct Point {
    x: f64,
}

#[derive(IngestColumn)]
struct Place(Point);

/// No further error follows from it.
#[derive(IngestTable)]
struct MyRow {
    #[ingest(primary_key)]
    place: Place,
}

fn main() {}
