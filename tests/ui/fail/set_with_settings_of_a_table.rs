use pg_bulk_ingest::{IngestTable, IngestTables};

#[derive(IngestTables)]
#[ingest(schema = "shop", crates = "pg_bulk_ingest")]
enum Shop {
    #[ingest(table = "customers")]
    Customer(Customer),
    Order(#[ingest(skip)] Order),
}

#[derive(IngestTable)]
struct Order {
    id: i32,
}

#[derive(IngestTable)]
struct Customer {
    id: i32,
}

fn main() {}
