use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(rename_all = "camelCase")]
struct MyRow {
    first_name: String,
    #[allow(non_snake_case)]
    firstName: String,
}

fn main() {}
