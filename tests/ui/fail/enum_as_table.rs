use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
enum MyRow {
    Customer { id: i32 },
    Order { id: i32 },
}

fn main() {}
