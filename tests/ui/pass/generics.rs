//! Lifetimes with bounds, type parameters, where clauses, defaults, const generics.

#![deny(warnings)]
#![allow(dead_code)]

use pg_bulk_ingest::{IngestTable, IngestTables, RowOf};
use serde::Serialize;
use std::borrow::Cow;
use std::marker::PhantomData;

trait Source {
    type Id;
}

struct Web;

impl Source for Web {
    type Id = i64;
}

#[derive(IngestTable)]
struct Plain<'a, 'b: 'a, T: ?Sized + ToOwned + 'a, const N: usize = 2>
where
    T: 'b,
{
    #[ingest(primary_key)]
    id: Cow<'a, T>,
    #[ingest(sql_type = "int[]")]
    numbers: &'b [i32; N],
    shared: &'a T,
    other: &'b T,
    lasting: &'static i32,
}

/// The trait is about the lifetime: it is the same in the row and in the set.
#[derive(IngestTable)]
struct Bounded<'a, 'b, T, U>
where
    &'a T: Copy,
    U: PartialEq<&'b str>,
{
    id: &'a T,
    name: &'b str,
    other: U,
}

#[derive(IngestTable)]
struct Payload<J, S: Source, K = i32> {
    #[ingest(primary_key)]
    id: S::Id,
    other: Option<<S as Source>::Id>,
    #[ingest(json)]
    payload: Option<J>,
    #[ingest(json)]
    always: J,
    key: K,
    #[ingest(skip)]
    source: PhantomData<S>,
}

#[derive(IngestTable)]
#[ingest(table = "optional")]
struct OnlyOptional<J> {
    id: i32,
    #[ingest(json)]
    payload: Option<J>,
}

#[derive(IngestTables)]
enum Set<'a, J: Serialize> {
    Plain(Plain<'a, 'a, str, 3>),
    Payload(Payload<J, Web>),
}

#[derive(Serialize)]
struct Tags {
    all: Vec<String>,
}

fn give<S: IngestTables>(row: impl RowOf<S>) -> usize {
    row.table()
}

/// Rows of a short lifetime go into the table of a long one.
fn borrowed(text: &str) {
    let numbers = [1, 2, 3];
    let row = || Plain {
        id: Cow::Borrowed(text),
        numbers: &numbers,
        shared: text,
        other: text,
        lasting: &1,
    };
    assert_eq!(give::<Plain<'static, 'static, str, 3>>(&row()), 0);
    assert_eq!(give::<Set<'static, Tags>>(row()), 0);
    assert_eq!(give::<Set<'static, Tags>>(Set::<Tags>::Plain(row())), 0);
}

fn main() {
    borrowed(&String::from("a"));
    let always = Tags { all: Vec::new() };
    let row = Payload { id: 1, other: None, payload: None, always, key: 1, source: PhantomData };
    assert_eq!(give::<Set<'static, Tags>>(row), 1);
    let bounded = Bounded { id: &1, name: "", other: "" };
    assert_eq!(give::<Bounded<'_, '_, i32, &str>>(&bounded), 0);
    let nullable = |table: &pg_bulk_ingest::Table| -> Vec<bool> {
        table.columns().iter().map(pg_bulk_ingest::Column::is_nullable).collect()
    };
    assert_eq!(nullable(Payload::<Tags, Web>::TABLE), [false, true, true, false, false]);
    assert_eq!(nullable(OnlyOptional::<Tags>::TABLE), [false, true]);
}
