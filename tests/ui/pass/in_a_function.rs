//! The struct and its types are those of a function.

#![deny(warnings)]

use pg_bulk_ingest::{IngestTable, IngestTables};

fn main() {
    type Maybe<T> = Option<T>;

    #[derive(IngestTable)]
    struct MyRow<'a> {
        #[ingest(primary_key)]
        id: i32,
        name: Maybe<&'a str>,
    }

    #[derive(IngestTables)]
    enum Set<'a> {
        MyRow(MyRow<'a>),
    }

    let row = MyRow { id: 1, name: None };
    assert_eq!(MyRow::TABLE.columns()[1].is_nullable(), row.name.is_none());
    let Set::MyRow(MyRow { id, .. }) = Set::MyRow(row);
    assert_eq!(id, 1);
}
