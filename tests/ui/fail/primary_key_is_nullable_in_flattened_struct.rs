use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Address {
    street: Option<String>,
    number: i32,
}

#[derive(IngestTable)]
#[ingest(primary_key(address.number, address.street))]
struct MyRow {
    #[ingest(flatten)]
    address: Address,
}

fn main() {}
