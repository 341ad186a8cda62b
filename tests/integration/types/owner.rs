//! Whatever owns or borrows a value, the column is the same.

use super::pg_text::{Cells, PgText};
use super::read_back::ReadBack;
use super::strategy::text;
use bytes::Bytes;
use pg_bulk_ingest::IngestTable;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

#[derive(IngestTable)]
struct Texts<'a> {
    id: i32,
    borrowed: &'a str,
    cow_borrowed: Cow<'a, str>,
    cow_owned: Cow<'a, str>,
    boxed: Box<str>,
    arc: Arc<str>,
    rc: Rc<str>,
    string: &'a String,
    nullable: Option<&'a str>,
    nullable_behind: &'a Option<String>,
    list: Vec<&'a str>,
    list_of_nullable: Vec<Cow<'a, Option<String>>>,
}

impl Cells for Texts<'_> {
    fn cells(&self) -> Vec<Option<String>> {
        vec![
            self.borrowed.pg_text(),
            self.cow_borrowed.pg_text(),
            self.cow_owned.pg_text(),
            self.boxed.pg_text(),
            self.arc.pg_text(),
            self.rc.pg_text(),
            self.string.pg_text(),
            self.nullable.pg_text(),
            self.nullable_behind.pg_text(),
            self.list.pg_text(),
            self.list_of_nullable.pg_text(),
        ]
    }
}

#[test]
fn text_reads_back_equal_from_every_owner() {
    let values = vec((text(12), option::of(text(12))), 1..200);
    let server = ReadBack::new();
    server.property(values, |server, values| {
        let rows = (0..).zip(&values).map(|(id, (text, nullable))| Texts {
            id,
            borrowed: text,
            cow_borrowed: Cow::Borrowed(text),
            cow_owned: Cow::Owned(text.clone()),
            boxed: text.as_str().into(),
            arc: text.as_str().into(),
            rc: text.as_str().into(),
            string: text,
            nullable: nullable.as_deref(),
            nullable_behind: nullable,
            list: vec![text, text],
            list_of_nullable: vec![Cow::Borrowed(nullable), Cow::Owned(nullable.clone())],
        });
        server.check("t", &rows.collect::<Vec<_>>())
    });
    assert_eq!(
        server.types("t"),
        ["text"; 9].into_iter().chain(["text[]"; 2]).collect::<Vec<_>>().join(", ")
    );
}

#[derive(IngestTable)]
struct Binaries<'a> {
    id: i32,
    borrowed: &'a [u8],
    cow: Cow<'a, [u8]>,
    vec: &'a Vec<u8>,
    boxed: Box<[u8]>,
    bytes: Bytes,
    nullable: Option<&'a [u8]>,
    list: [&'a [u8]; 2],
}

impl Cells for Binaries<'_> {
    fn cells(&self) -> Vec<Option<String>> {
        vec![
            self.borrowed.pg_text(),
            self.cow.pg_text(),
            self.vec.pg_text(),
            self.boxed.pg_text(),
            self.bytes.pg_text(),
            self.nullable.pg_text(),
            self.list.pg_text(),
        ]
    }
}

#[test]
fn bytes_read_back_equal_from_every_owner() {
    let values = vec((vec(any::<u8>(), 0..20), any::<bool>()), 1..200);
    let server = ReadBack::new();
    server.property(values, |server, values| {
        let rows = (0..).zip(&values).map(|(id, (bytes, null))| Binaries {
            id,
            borrowed: bytes,
            cow: Cow::Borrowed(bytes),
            vec: bytes,
            boxed: bytes.as_slice().into(),
            bytes: Bytes::copy_from_slice(bytes),
            nullable: (!null).then_some(bytes.as_slice()),
            list: [bytes, &[]],
        });
        server.check("t", &rows.collect::<Vec<_>>())
    });
    assert_eq!(server.types("t"), "bytea, bytea, bytea, bytea, bytea, bytea, bytea[]");
}
