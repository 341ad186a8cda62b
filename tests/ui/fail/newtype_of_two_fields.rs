use pg_bulk_ingest::IngestColumn;

#[derive(IngestColumn)]
struct Point {
    x: f64,
    y: f64,
    z: f64,
}

#[derive(IngestColumn)]
struct Pair(i32, i32, #[ingest(skip)] i32);

fn main() {}
