use pg_bulk_ingest::IngestTable;

struct Point;

#[derive(IngestTable)]
#[ingest(shema = "my_schema", index(vale))]
struct MyRow<'a, T> {
    #[ingest(primary_key)]
    id: &'a T,
    #[ingest(sql_type = 16)]
    value: String,
    place: Point,
    #[ingest(sql_type = "date")]
    day: f64,
}

fn main() {}
