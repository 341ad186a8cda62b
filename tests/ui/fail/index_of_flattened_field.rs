use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Address {
    street: String,
    #[ingest(skip)]
    city: String,
}

#[derive(IngestTable)]
#[ingest(index(address), unique(address.street, address.street), index(address.street.name))]
struct MyRow {
    id: i32,
    #[ingest(flatten)]
    address: Address,
}

#[derive(IngestTable)]
#[ingest(index(address.stret), unique(id, address.city), primary_key(address.nothing))]
struct Unknown {
    id: i32,
    #[ingest(flatten)]
    address: Address,
}

fn main() {}
