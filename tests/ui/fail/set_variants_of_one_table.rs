use pg_bulk_ingest::{IngestTable, IngestTables};

#[derive(IngestTables)]
enum Shop<'a> {
    Customer(Customer),
    Supplier(Supplier<'a>),
}

#[derive(IngestTable)]
#[ingest(table = "customer")]
struct Supplier<'a> {
    name: &'a str,
}

#[derive(IngestTable)]
struct Customer {
    id: i32,
}

fn main() {}
