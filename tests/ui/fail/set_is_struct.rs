use pg_bulk_ingest::{IngestTable, IngestTables};

#[derive(IngestTables)]
struct Shop {
    customers: Vec<Customer>,
}

#[derive(IngestTable)]
struct Customer {
    id: i32,
}

fn main() {}
