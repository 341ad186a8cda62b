//! The library under another path, where its usual one is something else.

#![deny(warnings)]

mod reexport {
    pub use pg_bulk_ingest;
}

mod rows {
    #[derive(crate::reexport::pg_bulk_ingest::IngestTable)]
    #[ingest(crate = "crate::reexport::pg_bulk_ingest")]
    pub struct Customer<'a> {
        #[ingest(primary_key)]
        pub id: i32,
        #[ingest(json)]
        pub name: &'a str,
    }

    #[derive(crate::reexport::pg_bulk_ingest::IngestTables)]
    #[ingest(crate = "super::reexport::pg_bulk_ingest")]
    pub enum Shop<'a> {
        Customer(Customer<'a>),
    }
}

use reexport::pg_bulk_ingest::IngestTables;

fn main() {
    let row = rows::Customer { id: 1, name: "" };
    let rows::Shop::Customer(rows::Customer { id, name }) = rows::Shop::Customer(row);
    assert_eq!((id, name), (1, ""));
    assert_eq!(rows::Shop::TABLES.len(), 1);
}
