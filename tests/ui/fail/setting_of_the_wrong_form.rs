use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(schema = 3, primary_key = "id", table("my_table"), rename_all, index)]
struct MyRow {
    #[ingest(json = true, index("id"), default = 0)]
    id: i32,
    #[ingest(primary_key(id), unique = "a", sql_type)]
    value: i32,
    #[ingest(skip())]
    other: i32,
}

fn main() {}
