use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
#[ingest(shema = "my_schema", index(vale))]
struct MyRow {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = 16)]
    value: String,
}

/// No further error follows from the three.
fn uses(row: &MyRow) -> (usize, &'static pg_bulk_ingest::Table) {
    (pg_bulk_ingest::RowOf::<MyRow>::table(row), MyRow::TABLE)
}

fn main() {}
