use pg_bulk_ingest::{IngestTable, IngestTables};

#[derive(IngestTables)]
enum Shop {
    Customer(Customer),
    Supplier(Customer),
}

#[derive(IngestTable)]
struct Customer {
    id: i32,
}

fn main() {}
