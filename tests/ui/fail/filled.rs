use pg_bulk_ingest::{Filled, IngestTable};

#[derive(IngestTable)]
struct OfOtherTypes {
    #[ingest(primary_key, identity = "always")]
    id: i64,
    #[ingest(generated = "id * 2")]
    double: Option<i64>,
    name: String,
}

#[derive(IngestTable)]
struct InNoWay {
    #[ingest(primary_key)]
    id: i64,
    at: Filled<i64>,
    #[ingest(identity)]
    number: Filled<Option<i64>>,
}

#[derive(IngestTable)]
struct InTwoWays {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(identity, default = "7")]
    a: Filled<i64>,
    #[ingest(generated = "id", identity = "always")]
    b: Filled<i64>,
    #[ingest(identity = "by default")]
    c: Filled<i64>,
    #[ingest(virtual)]
    d: Filled<i64>,
    #[ingest(generated = "")]
    e: Filled<i64>,
    #[ingest(generated = "id", on_update = "keep")]
    f: Filled<i64>,
    #[ingest(auto_increment)]
    g: Filled<i64>,
}

fn main() {}
