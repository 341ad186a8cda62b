use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
union MyRow {
    id: i32,
    number: f32,
}

fn main() {}
