use pg_bulk_ingest::{IngestColumn, IngestTable};

type Patch<T> = Option<Option<T>>;

#[derive(IngestColumn)]
struct Maybe(Option<i32>);

#[derive(IngestTable)]
struct MyRow<'a> {
    a: Option<Option<i32>>,
    b: Vec<Option<Option<&'a str>>>,
    c: Patch<String>,
    d: Option<Maybe>,
    e: Option<&'a Option<i64>>,
    #[ingest(to_sql, sql_type = "text")]
    f: Option<Option<String>>,
    // Right: JSON has a null of its own, and an array may be NULL as well as its elements.
    #[ingest(json)]
    g: Option<Option<i32>>,
    h: Option<Vec<Option<i32>>>,
}

#[derive(IngestTable)]
struct Generic<T> {
    value: Option<T>,
}

const _: &pg_bulk_ingest::Table = Generic::<Option<i32>>::TABLE;

fn main() {}
