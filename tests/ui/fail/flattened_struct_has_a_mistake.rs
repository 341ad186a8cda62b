use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Address {
    #[ingest(colum = "road")]
    street: String,
}

/// No further error follows from it.
#[derive(IngestTable)]
#[ingest(index(address.street))]
struct MyRow {
    id: i32,
    #[ingest(flatten)]
    address: Address,
}

fn main() {}
