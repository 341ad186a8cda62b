//! Structs within structs, generic and of any lifetimes.

#![deny(warnings)]
#![allow(dead_code)]

use pg_bulk_ingest::{IngestTable, IngestTables, RowOf};
use std::marker::PhantomData;

#[derive(IngestTable)]
struct Audit<'a> {
    by: &'a str,
    at: i64,
}

#[derive(IngestTable)]
struct Pair<A, B> {
    one: A,
    two: B,
}

#[derive(IngestTable)]
#[ingest(primary_key(pair.one, inner.by))]
struct Row<'a, 'b: 'a, T, const N: usize = 1>
where
    T: IngestTable,
{
    #[ingest(flatten, prefix = "pair_")]
    pair: Pair<i32, [i64; N]>,
    #[ingest(flatten)]
    inner: Audit<'b>,
    #[ingest(flatten, prefix = "more_")]
    more: &'a T,
    #[ingest(skip)]
    marker: PhantomData<T>,
}

/// Two levels of type parameters.
#[derive(IngestTable)]
struct Outer<T> {
    r#type: i32,
    #[ingest(flatten, prefix = "r#type")]
    r#struct: Pair<Option<T>, T>,
}

#[derive(IngestTables)]
enum Set<'a> {
    Row(Row<'a, 'a, Outer<String>>),
}

fn give<S: IngestTables>(row: impl RowOf<S>) -> usize {
    row.table()
}

fn borrowed(by: &str, more: &Outer<String>) {
    let row = Row::<'_, '_, _, 1> {
        pair: Pair { one: 1, two: [2] },
        inner: Audit { by, at: 1 },
        more,
        marker: PhantomData,
    };
    assert_eq!(give::<Set<'static>>(&row), 0);
    assert_eq!(give::<Row<'static, 'static, Outer<String>>>(&row), 0);
}

fn main() {
    let columns = <Row<'_, '_, Outer<String>, 2>>::TABLE.columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    assert_eq!(
        names,
        ["pair_one", "pair_two", "by", "at", "more_type", "more_r#typeone", "more_r#typetwo"]
    );
    assert_eq!(<Row<'_, '_, Outer<String>>>::TABLE.primary_key(), [0, 2]);
    borrowed("a", &Outer { r#type: 1, r#struct: Pair { one: None, two: String::new() } });
}
