use pg_bulk_ingest::IngestTable;

struct Address {
    street: String,
}

#[derive(IngestTable)]
struct Place {
    lat: f64,
}

#[derive(IngestTable)]
struct MyRow {
    #[ingest(flatten)]
    address: Address,
    #[ingest(flatten)]
    place: Option<Place>,
    #[ingest(flatten)]
    rest: std::collections::HashMap<String, String>,
}

fn main() {}
