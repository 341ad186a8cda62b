use pg_bulk_ingest::{IngestTable, Table};

#[derive(IngestTable)]
struct MyRow<T> {
    #[ingest(primary_key)]
    id: T,
}

const FITS: &Table = MyRow::<i32>::TABLE;
const DOES_NOT: &Table = MyRow::<Option<i32>>::TABLE;

fn main() {}
