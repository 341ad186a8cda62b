//! Raw identifiers name the table and columns without their `r#`.

#![deny(warnings)]
#![allow(non_camel_case_types)]

use pg_bulk_ingest::{IngestTable, IngestTables};

#[derive(IngestTable)]
#[ingest(primary_key(r#type, fn_), index(r#struct))]
struct r#match<'a> {
    r#type: i32,
    fn_: i64,
    r#struct: &'a str,
}

#[derive(IngestTables)]
enum r#enum<'a> {
    r#match(r#match<'a>),
}

fn main() {
    let row = r#match { r#type: 1, fn_: 2, r#struct: "" };
    let _ = r#enum::r#match(row);
    let table = r#match::TABLE;
    assert_eq!(table.name(), "match");
    let names: Vec<_> =
        table.columns().iter().map(|column| (column.name(), column.field())).collect();
    assert_eq!(names, [("type", "type"), ("fn_", "fn_"), ("struct", "struct")]);
    assert_eq!(table.primary_key(), [0, 1]);
    assert_eq!(table.indexes()[0].columns(), [2]);
}
