use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Address {
    street: String,
}

#[derive(IngestTable)]
struct MyRow {
    #[ingest(flatten, primary_key)]
    address: Address,
    #[ingest(prefix = "home_")]
    home: String,
    #[ingest(flatten, prefix = "")]
    work: Address,
    #[ingest(flatten = "work_")]
    other: Address,
    #[ingest(flatten, skip)]
    none: Address,
}

fn main() {}
