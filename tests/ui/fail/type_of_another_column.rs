use pg_bulk_ingest::IngestTable;
use std::collections::HashMap;

#[derive(IngestTable)]
struct Address {
    street: String,
}

#[derive(IngestTable)]
struct MyRow {
    count: usize,
    counts: Vec<Option<isize>>,
    address: Address,
    tags: HashMap<String, i32>,
}

#[derive(IngestTable)]
struct Typed {
    #[ingest(sql_type = "numeric(10, 2)")]
    price: f64,
    #[ingest(sql_type = "date")]
    day: String,
    #[ingest(sql_type = "timestamptz[]")]
    at: Vec<String>,
    #[ingest(sql_type = "tsvector")]
    words: String,
}

fn main() {}
