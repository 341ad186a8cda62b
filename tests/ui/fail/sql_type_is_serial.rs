use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(primary_key, sql_type = "bigserial")]
    id: i64,
    #[ingest(sql_type = " SERIAL ")]
    number: i32,
    #[ingest(sql_type = "serial2[]")]
    numbers: Vec<i16>,
}

fn main() {}
