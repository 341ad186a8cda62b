use pg_bulk_ingest::IngestTable;

struct Point {
    x: f64,
    y: f64,
}

#[derive(IngestTable)]
struct MyRow {
    #[ingest(json)]
    place: Point,
    #[ingest(json)]
    places: Option<Vec<Point>>,
}

fn main() {}
