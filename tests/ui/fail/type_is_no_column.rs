use pg_bulk_ingest::IngestTable;

struct Point {
    x: f64,
    y: f64,
}

#[derive(IngestTable)]
struct MyRow<'a> {
    id: i32,
    place: Point,
    places: Vec<&'a Point>,
}

fn main() {}
