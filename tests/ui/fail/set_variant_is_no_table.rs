use pg_bulk_ingest::{IngestTable, IngestTables};

struct Order {
    id: i32,
}

#[derive(IngestTables)]
enum Shop {
    Customer(Customer),
    Order(Order),
}

#[derive(IngestTable)]
struct Customer {
    id: i32,
}

fn main() {}
