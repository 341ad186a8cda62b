use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow<'a> {
    #[ingest(sql_type = "integer")]
    a: String,
    #[ingest(sql_type = "text")]
    b: i64,
    #[ingest(sql_type = "text[]")]
    c: Option<&'a str>,
    #[ingest(json, sql_type = "text")]
    d: Vec<i32>,
    #[ingest(sql_type = "varchar(3)")]
    fits: &'a str,
}

fn main() {}
