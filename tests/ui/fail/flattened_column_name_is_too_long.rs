use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Address {
    an_honest_description_of_the_street_that_is_meant: String,
}

#[derive(IngestTable)]
struct MyRow {
    #[ingest(flatten, prefix = "shipping_address_")]
    shipping: Address,
    #[ingest(flatten, prefix = "billing_")]
    billing: Address,
}

fn main() {}
