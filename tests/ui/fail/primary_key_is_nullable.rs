use pg_bulk_ingest::IngestTable;

#[derive(IngestTable)]
struct MyRow {
    #[ingest(primary_key)]
    id: Option<i32>,
}

type Maybe<T> = Option<T>;

#[derive(IngestTable)]
#[ingest(primary_key(id, name))]
struct OtherRow<'a> {
    id: i32,
    name: Maybe<&'a str>,
}

fn main() {}
