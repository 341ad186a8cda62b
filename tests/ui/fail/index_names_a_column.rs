use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(index(customer_id))]
struct MyRow {
    #[ingest(column = "customer_id")]
    customer: i32,
}

fn main() {}
