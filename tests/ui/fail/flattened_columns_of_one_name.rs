use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct Address<'a> {
    street: &'a str,
    id: i32,
}

#[derive(IngestTable)]
struct Twice<'a> {
    id: i32,
    #[ingest(flatten)]
    shipping: Address<'a>,
}

#[derive(IngestTable)]
struct Thrice<'a> {
    #[ingest(flatten, prefix = "billing_")]
    shipping: &'a Address<'a>,
    #[ingest(flatten, prefix = "billing")]
    other: Address<'a>,
    billing_id: i32,
    #[ingest(flatten, prefix = "billing_")]
    billing: Address<'a>,
    billing_street: i32,
}

fn main() {}
