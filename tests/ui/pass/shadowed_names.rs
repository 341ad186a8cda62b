//! Names of the prelude, of crates and of the expansion's own are those of something else.

#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

mod rows {
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Vec;
    pub(crate) struct String;
    pub(crate) struct Table;
    pub(crate) struct Column;
    pub(crate) struct Ok;
    pub(crate) struct usize;
    pub(crate) struct str;
    pub(crate) trait IngestTable {
        const TABLE: i32 = 3;
        fn encode(&self) {}
    }
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod pg_bulk_ingest {}
    pub(crate) const row: i32 = 1;
    pub(crate) const value: i32 = 1;
    #[allow(unused_macros)]
    macro_rules! assert {
        () => {};
    }
    #[allow(unused_imports)]
    pub(crate) use assert;

    #[derive(::pg_bulk_ingest::IngestTable)]
    pub(crate) struct Customer {
        #[ingest(primary_key)]
        pub(crate) id: i32,
        #[ingest(json)]
        pub(crate) json: ::std::string::String,
        #[ingest(sql_type = "varchar(16)")]
        pub(crate) table: ::core::option::Option<char>,
        pub(crate) column: bool,
    }

    impl IngestTable for Customer {}

    #[derive(::pg_bulk_ingest::IngestTable)]
    pub(crate) struct Order {
        pub(crate) encode: i32,
    }

    #[derive(::pg_bulk_ingest::IngestTables)]
    pub(crate) enum Shop {
        Ok(Customer),
        Err(Order),
    }
}

fn main() {
    use pg_bulk_ingest::{IngestTable, IngestTables};

    assert_eq!(<rows::Customer as IngestTable>::TABLE.columns().len(), 4);
    assert_eq!(<rows::Shop as IngestTables>::TABLES.len(), 2);
}
