use pg_bulk_ingest::{IngestTable, IngestTables};

#[derive(IngestTables)]
enum Shop<T> {
    Nothing,
    Empty(),
    Customer(Customer),
    Two(Customer, Customer),
    Named { customer: Customer },
    Parameter(T),
}

#[derive(IngestTable)]
struct Customer {
    id: i32,
}

fn main() {}
