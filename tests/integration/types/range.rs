//! Ranges.

use super::pg_text::{Cells, PgText};
use super::read_back::ReadBack;
use super::strategy::{date, timestamp, with_extremes};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use pg_bulk_ingest::{IngestTable, RangeElement};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Debug;
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

type Bounds<T> = (Bound<T>, Bound<T>);

#[derive(IngestTable)]
struct Ranges<T: RangeElement> {
    id: i32,
    range: Range<T>,
    inclusive: RangeInclusive<T>,
    from: RangeFrom<T>,
    to: RangeTo<T>,
    to_inclusive: RangeToInclusive<T>,
    bounds: Bounds<T>,
    nullable: Option<Bounds<T>>,
    list: Vec<Range<T>>,
    nested: Vec<[Option<Bounds<T>>; 2]>,
}

impl<T: RangeElement + PgText> Cells for Ranges<T> {
    fn cells(&self) -> Vec<Option<String>> {
        vec![
            self.range.pg_text(),
            self.inclusive.pg_text(),
            self.from.pg_text(),
            self.to.pg_text(),
            self.to_inclusive.pg_text(),
            self.bounds.pg_text(),
            self.nullable.pg_text(),
            self.list.pg_text(),
            self.nested.pg_text(),
        ]
    }
}

/// Every pair of bounds at a lower and an upper value, the empty ranges among them.
fn bounds<T: Clone + Debug>(lower: T, upper: T) -> impl Strategy<Value = Bounds<T>> {
    let bound = |value: T| {
        prop_oneof![
            Just(Bound::Included(value.clone())),
            Just(Bound::Excluded(value)),
            Just(Bound::Unbounded),
        ]
    };
    (bound(lower), bound(upper))
}

/// The element must not be the greatest of its type: the bounds of discrete ranges are stored as
/// `[lower, upper)`.
pub(super) fn reads_back<T>(element: BoxedStrategy<T>, sql_type: &str)
where
    T: RangeElement + PgText + Ord + Clone + Debug + 'static,
{
    let pair = (element.clone(), element, any::<bool>()).prop_map(|(a, b, same)| {
        let b = if same { a.clone() } else { b };
        (a.clone().min(b.clone()), a.max(b))
    });
    let row = pair.prop_flat_map(|(lower, upper)| {
        let range = lower.clone()..upper.clone();
        (Just(range), bounds(lower.clone(), upper.clone()), bounds(lower, upper))
    });
    let server = ReadBack::new();
    server.property(vec(row, 1..150), |server, rows| {
        let rows = (0..).zip(rows).map(|(id, (range, bounds, others))| {
            let Range { start: lower, end: upper } = range.clone();
            Ranges {
                id,
                range: range.clone(),
                inclusive: lower.clone()..=upper.clone(),
                from: lower.clone()..,
                to: ..upper.clone(),
                to_inclusive: ..=upper.clone(),
                nullable: (id % 3 > 0).then(|| others.clone()),
                list: vec![range; usize::try_from(id % 3).unwrap()],
                nested: vec![[Some(bounds.clone()), None], [None, Some(others)]],
                bounds,
            }
        });
        server.check("t", &rows.collect::<Vec<_>>())
    });
    let types = [sql_type; 7].join(", ");
    assert_eq!(server.types("t"), format!("{types}, {sql_type}[], {sql_type}[]"));
}

#[test]
fn ranges_of_integers_read_back_equal() {
    let greatest = i32::MAX - 1;
    reads_back(with_extremes(i32::MIN..greatest, [i32::MIN, -1, 0, 1, greatest]), "int4range");
    let greatest = i64::MAX - 1;
    reads_back(with_extremes(i64::MIN..greatest, [i64::MIN, -1, 0, 1, greatest]), "int8range");
    reads_back(with_extremes(any::<u64>(), [0, 1, 10_000, u64::MAX]), "numrange");
}

#[test]
fn ranges_of_dates_and_times_read_back_equal() {
    reads_back::<NaiveDate>(date(), "daterange");
    reads_back::<NaiveDateTime>(timestamp(1), "tsrange");
    let utc = timestamp(1).prop_map(|timestamp| timestamp.and_utc()).boxed();
    reads_back::<DateTime<Utc>>(utc, "tstzrange");
}

#[derive(IngestTable)]
struct Edges {
    id: i32,
    range: Range<i32>,
    from: RangeFrom<i64>,
    consumed: RangeInclusive<i32>,
    full: std::ops::RangeFull,
    #[ingest(sql_type = "tstzrange")]
    full_of_times: std::ops::RangeFull,
}

impl Cells for Edges {
    fn cells(&self) -> Vec<Option<String>> {
        let full = || Some("(,)".to_owned());
        vec![self.range.pg_text(), self.from.pg_text(), Some("empty".to_owned()), full(), full()]
    }
}

#[test]
fn ranges_at_the_edges_of_their_types_read_back_equal() {
    let mut consumed = 1..=1;
    consumed.next();
    let (range, from) = (i32::MIN..i32::MAX, i64::MAX..);
    let row = Edges { id: 0, range, from, consumed, full: .., full_of_times: .. };
    ReadBack::new().check("t", &[row]).unwrap();
}
