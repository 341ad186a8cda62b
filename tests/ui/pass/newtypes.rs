//! Structs with one field as columns: generic, of lifetimes, within arrays and each other.

#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code)]

use ::pg_bulk_ingest::{IngestColumn, IngestTable};
use ::std::marker::PhantomData;
use ::std::option::Option;
use ::std::string::String;
use ::std::vec::Vec;
use ::std::{assert, assert_eq};

#[derive(IngestColumn)]
struct Id<T: ?::std::marker::Sized>(i64, #[ingest(skip)] PhantomData<T>);

#[derive(IngestColumn)]
struct Named<'a, T, const N: usize>
where
    T: ::std::marker::Send,
{
    r#type: &'a [T; N],
}

#[derive(IngestColumn)]
struct Borrowed<'a, T: ?::std::marker::Sized>(&'a T);

#[derive(IngestColumn)]
struct Maybe(Option<Wrapped>);

#[derive(IngestColumn)]
struct Wrapped(Borrowed<'static, str>);

mod other {
    pub use ::pg_bulk_ingest as reexported;

    #[derive(reexported::IngestColumn)]
    #[ingest(crate = "reexported")]
    pub struct Elsewhere(pub i16);
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: Id<Row<'static>>,
    named: Named<'a, Id<str>, 2>,
    maybe: Maybe,
    #[ingest(sql_type = "varchar(3)")]
    borrowed: Borrowed<'a, str>,
    matrix: Vec<Named<'a, Option<i32>, 2>>,
    elsewhere: other::Elsewhere,
}

fn main() {
    let columns = Row::TABLE.columns();
    let types: Vec<String> =
        ::std::iter::Iterator::collect(::std::iter::Iterator::map(columns.iter(), |column| {
            column.sql_type()
        }));
    assert_eq!(types, ["bigint", "bigint[]", "text", "varchar(3)", "integer[]", "smallint"]);
    assert!(columns[2].is_nullable() && !columns[3].is_nullable());
}
