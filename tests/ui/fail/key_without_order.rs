use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(area), index(on(area), using = "gist"))]
struct MyRow {
    #[ingest(primary_key, json, sql_type = "json")]
    key: Vec<i32>,
    #[ingest(unique, to_sql, sql_type = "xml")]
    page: String,
    #[ingest(to_sql, sql_type = "box")]
    area: String,
    #[ingest(index, json)]
    tags: Vec<String>,
}

fn main() {}
