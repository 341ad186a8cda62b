use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(on(a), where = "a <> 'x"), index(on(expr = "lower(a))")), index(sql = "(a"))]
struct MyRow {
    #[ingest(sql_type = "varchar(16")]
    a: String,
    #[ingest(sql_type = "integer[")]
    b: Vec<i32>,
    #[ingest(sql_type = "\"Mood")]
    c: String,
    #[ingest(sql_type = "text -- a note")]
    d: String,
    #[ingest(default = "now(", collate = "\"C")]
    e: String,
}

fn main() {}
