use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(text, sql_type = "date")]
    a: i32,
    #[ingest(text, sql_type = "point[]")]
    b: Option<Vec<String>>,
    #[ingest(text, sql_type = "money")]
    c: Option<String>,
}

fn main() {}
