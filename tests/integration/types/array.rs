//! Arrays, however they are held and however deep.

use super::pg_text::{Cells, PgText};
use super::read_back::ReadBack;
use super::strategy::text;
use pg_bulk_ingest::IngestTable;
use proptest::array::{uniform1, uniform2};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;

#[derive(IngestTable)]
struct Held<'a> {
    id: i32,
    slice: &'a [i32],
    cow: Cow<'a, [i32]>,
    boxed: Box<[i32]>,
    arc: Arc<[i32]>,
    fixed: [i32; 3],
    none: [i32; 0],
    nullable: Option<&'a [i32]>,
    slice_of_texts: &'a [&'a str],
    nested: [[Option<i32>; 2]; 3],
    slices: Vec<&'a [i32]>,
    mixed: &'a [[Cow<'a, str>; 2]],
}

impl Cells for Held<'_> {
    fn cells(&self) -> Vec<Option<String>> {
        vec![
            self.slice.pg_text(),
            self.cow.pg_text(),
            self.boxed.pg_text(),
            self.arc.pg_text(),
            self.fixed.pg_text(),
            self.none.pg_text(),
            self.nullable.pg_text(),
            self.slice_of_texts.pg_text(),
            self.nested.pg_text(),
            self.slices.pg_text(),
            self.mixed.pg_text(),
        ]
    }
}

#[test]
fn arrays_read_back_equal_from_every_owner() {
    let row = (
        vec(any::<i32>(), 0..6),
        any::<[i32; 3]>(),
        any::<[[Option<i32>; 2]; 3]>(),
        (text(6), text(6), any::<bool>()),
    );
    let server = ReadBack::new();
    server.property(vec(row, 1..150), |server, values| {
        let texts = values.iter().map(|(.., (a, b, _))| [a.as_str(), b.as_str()]);
        let texts = texts.collect::<Vec<_>>();
        let pairs = texts.iter().map(|pair| [pair.map(Cow::Borrowed), pair.map(Cow::Borrowed)]);
        let pairs = pairs.collect::<Vec<_>>();
        let rows = (0..).zip(values.iter().zip(texts.iter().zip(&pairs)));
        let rows = rows.map(|(id, ((list, fixed, nested, (.., null)), (texts, pairs)))| Held {
            id,
            slice: list,
            cow: Cow::Borrowed(list),
            boxed: list.as_slice().into(),
            arc: list.as_slice().into(),
            fixed: *fixed,
            none: [],
            nullable: (!null).then_some(list.as_slice()),
            slice_of_texts: texts,
            nested: *nested,
            slices: vec![list, list],
            mixed: pairs,
        });
        server.check("t", &rows.collect::<Vec<_>>())
    });
    let ints = ["integer[]"; 7].join(", ");
    assert_eq!(server.types("t"), format!("{ints}, text[], integer[], integer[], text[]"));
}

type Three<T> = Vec<Vec<Vec<T>>>;

#[derive(IngestTable, Debug)]
struct Deep {
    id: i32,
    three: Three<Option<String>>,
    six: Three<Three<Option<i32>>>,
    bytes: Three<Three<Vec<u8>>>,
    #[ingest(sql_type = "mood[]")]
    moods: Three<Three<&'static str>>,
    #[ingest(sql_type = "varchar(4)[]")]
    fixed: [[[[[[Option<String>; 1]; 2]; 1]; 2]; 1]; 2],
    sometimes: Vec<Option<Vec<i32>>>,
}

impl Cells for Deep {
    fn cells(&self) -> Vec<Option<String>> {
        vec![
            self.three.pg_text(),
            self.six.pg_text(),
            self.bytes.pg_text(),
            self.moods.pg_text(),
            self.fixed.pg_text(),
            self.sometimes.pg_text(),
        ]
    }
}

type Lengths = [usize; 3];

fn three<T: std::fmt::Debug + 'static>(
    value: BoxedStrategy<T>,
    [a, b, c]: Lengths,
) -> BoxedStrategy<Three<T>> {
    vec(vec(vec(value, c), b), a).boxed()
}

fn deep() -> impl Strategy<Value = Deep> {
    let length = || prop_oneof![1 => Just(0_usize), 9 => 1..=2_usize];
    let lengths = || [length(), length(), length()];
    (lengths(), lengths()).prop_flat_map(|(outer, inner)| {
        let short = option::of(text(4)).boxed();
        let moods = proptest::sample::select(vec!["sad", "ok", "happy"]).boxed();
        (
            three(option::of(text(8)).boxed(), outer),
            three(three(option::of(any::<i32>()).boxed(), inner), outer),
            three(three(vec(any::<u8>(), 0..4).boxed(), inner), outer),
            three(three(moods, inner), outer),
            uniform2(uniform1(uniform2(uniform1(uniform2(uniform1(short)))))),
            vec(vec(any::<i32>(), inner[0]).prop_map(Some), outer[0]),
        )
            .prop_map(|(three, six, bytes, moods, fixed, sometimes)| Deep {
                id: 0,
                three,
                six,
                bytes,
                moods,
                fixed,
                sometimes,
            })
    })
}

#[test]
fn arrays_of_up_to_six_dimensions_read_back_equal() {
    let server = ReadBack::new();
    server.property(vec(deep(), 1..100), |server, rows| {
        let rows = (0..).zip(rows).map(|(id, row)| Deep { id, ..row });
        server.check("t", &rows.collect::<Vec<_>>())
    });
}
