use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(table = "raw.trips")]
struct Trip {
    xmin: i32,
    #[ingest(column = "ctid")]
    id: i32,
}

#[derive(IngestTable)]
struct Range {
    min: i32,
    max: i32,
}

#[derive(IngestTable)]
struct MyRow {
    #[ingest(flatten, prefix = "c")]
    range: Range,
}

#[derive(IngestTable)]
struct Renamed {
    tableoid: i32,
}

fn main() {}
