//! `macro_rules!` passes on names, types, lifetimes and literals, and adds its own.

#![deny(warnings)]

use pg_bulk_ingest::{IngestTable, IngestTables, RowOf};

macro_rules! table {
    ($name:ident<$lifetime:lifetime>, $table:literal, $($field:ident: $ty:ty),*; $key:ident, $sql:expr) => {
        #[derive(IngestTable)]
        #[ingest(table = $table, primary_key($key, own), index(own, using = $sql))]
        struct $name<$lifetime> {
            own: i32,
            $($field: $ty,)*
            #[ingest(json)]
            json: Option<&$lifetime str>,
        }
    };
}

macro_rules! set {
    ($name:ident: $($variant:ident = $ty:ty),*) => {
        #[derive(IngestTables)]
        enum $name<'a> {
            $($variant($ty),)*
            Own(Own<'a>),
        }
    };
}

macro_rules! parameters {
    ($own:ident) => {
        #[derive(IngestTable)]
        struct $own<'a> {
            #[ingest(primary_key, sql_type = "text")]
            name: &'a str,
        }
    };
}

table!(Customer<'c>, "customers", id: i64, name: &'c str, other: Option<&'c str>; id, "btree");
parameters!(Own);
set!(Shop: Customer = Customer<'a>);

fn main() {
    let row = Customer { own: 1, id: 1, name: "", other: None, json: None };
    assert_eq!(RowOf::<Shop<'static>>::table(&row), 0);
    assert_eq!(RowOf::<Shop<'static>>::table(&Own { name: "" }), 1);
    assert_eq!(Shop::TABLES.len(), 2);
    let rows = [Shop::Customer(row), Shop::Own(Own { name: "" })];
    assert_eq!(rows.map(|row| RowOf::<Shop<'static>>::table(&row)), [0, 1]);
    let table = Customer::TABLE;
    assert_eq!(table.primary_key(), [1, 0]);
    let types: Vec<_> = table.columns().iter().map(pg_bulk_ingest::Column::rust_type).collect();
    assert_eq!(types, ["i32", "i64", "&'c str", "Option<&'c str>", "Option<&'c str>"]);
}
