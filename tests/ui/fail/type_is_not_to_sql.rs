use pg_bulk_ingest::IngestTable;

struct Point {
    x: f64,
}

#[derive(IngestTable)]
struct MyRow<T> {
    #[ingest(to_sql, sql_type = "point")]
    a: Point,
    #[ingest(to_sql, sql_type = "point[]")]
    b: Option<Vec<Point>>,
    #[ingest(to_sql, sql_type = "integer")]
    fits: T,
}

fn main() {}
