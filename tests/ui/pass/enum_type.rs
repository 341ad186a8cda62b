//! An enum type wherever a column can be of it, under names that are taken.

#![deny(warnings, clippy::pedantic)]
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, non_local_definitions, clippy::items_after_statements)]

mod reexport {
    pub use ::pg_bulk_ingest;
}

struct Result;
struct Ok;
struct Option;
struct str;
struct usize;

#[derive(::pg_bulk_ingest::IngestEnum)]
#[ingest(crate = "crate::reexport::pg_bulk_ingest", schema = "s", r#type = "type")]
pub enum r#Type {
    Ok,
    Result,
    #[deprecated]
    #[ingest(rename = "it's")]
    r#None = 7,
    #[cfg(any())]
    Absent(i32),
    __label,
}

type Alias<T> = ::std::option::Option<T>;

#[derive(::pg_bulk_ingest::IngestTable)]
pub struct Row<'a> {
    #[ingest(primary_key)]
    key: r#Type,
    nullable: Alias<r#Type>,
    array: ::std::vec::Vec<Alias<&'a r#Type>>,
    nested: [[r#Type; 1]; 1],
    boxed: ::std::boxed::Box<r#Type>,
    #[ingest(sql_type = "varchar(8)")]
    text: r#Type,
}

fn main() {
    use ::pg_bulk_ingest::{IngestColumn, IngestTable};
    use ::std::iter::Iterator;
    let columns = Row::TABLE.columns();
    let types = columns.iter().map(::pg_bulk_ingest::Column::sql_type);
    let types = types.collect::<::std::vec::Vec<_>>();
    let (name, array) = ("\"s\".\"type\"", "\"s\".\"type\"[]");
    ::std::assert_eq!(types, [name, name, array, array, name, "varchar(8)"]);
    ::std::assert!(columns[0].enum_type().is_some() && columns[5].enum_type().is_none());
    let labels = r#Type::TYPE.enum_type().map(::pg_bulk_ingest::EnumType::labels);
    let expected: &[&'static ::std::primitive::str] = &["Ok", "Result", "it's", "__label"];
    ::std::assert_eq!(labels, ::std::option::Option::Some(expected));

    #[derive(::pg_bulk_ingest::IngestEnum)]
    #[ingest(crate = "::pg_bulk_ingest")]
    enum InAFunction {
        A,
    }
    ::std::assert_eq!(InAFunction::TYPE.sql(), "\"public\".\"in_a_function\"");
}
