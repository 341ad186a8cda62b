use pg_bulk_ingest::{IngestTable, IngestTables};

#[derive(IngestTable)]
#[ingest(type = "my_row")]
struct MyRow {
    #[ingest(rename = "identifier")]
    id: i32,
}

#[derive(IngestTables)]
enum Shop {
    #[ingest(rename = "row")]
    MyRow(MyRow),
}

fn main() {}
