//! The slot of a row, by the bytes that are sent of a column.

use super::period::Unit;
use crate::definition::{Kind, Partitions, Period, Table};
use std::collections::BTreeSet;

/// What a partition is made for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// The period of this number.
    Period(i64),
    /// The value that is written so; NULL.
    Value(Option<String>),
}

/// How the slot of a row is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Division {
    /// The position of the column among the fields that are sent.
    pub(super) field: usize,
    /// The position of the column in the table.
    pub(super) column: usize,
    pub(super) by: By,
}

/// By what rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Period { unit: Unit, period: Period, ahead: u32 },
    Value(Kind),
}

impl Division {
    /// How the rows of a table are told apart for which partitions are made.
    pub(crate) fn of(table: &Table) -> Option<Self> {
        let partitioning = table.partitioning()?;
        let [column] = *partitioning.columns() else { return None };
        let kind = table.columns().get(column)?.column_type().kind();
        let by = match partitioning.partitions() {
            Partitions::Every { period, ahead } => By::Period { unit: unit(kind)?, period, ahead },
            Partitions::EachValue => By::Value(kind),
            Partitions::ByHand | Partitions::Modulus(_) => return None,
        };
        Some(Self { field: table.field_sent(column), column, by })
    }

    /// The position of the field by which the slot is told.
    pub(crate) fn field(self) -> usize {
        self.field
    }

    /// The slot of a row with this value; `None` if no partition is made for it.
    pub(crate) fn slot(self, value: Option<&[u8]>) -> Option<Slot> {
        match self.by {
            By::Period { unit, period, .. } => {
                unit.period_of(number(value?)?, period).map(Slot::Period)
            }
            By::Value(kind) => match value {
                Some(value) => text(value, kind).map(|text| Slot::Value(Some(text))),
                None => Some(Slot::Value(None)),
            },
        }
    }

    /// These slots, with those that are to be there once they have rows.
    pub(crate) fn with_ahead(self, slots: &BTreeSet<Slot>) -> BTreeSet<Slot> {
        let ahead = slots.iter().flat_map(|slot| self.ahead(slot));
        slots.iter().cloned().chain(ahead).collect()
    }

    fn ahead(self, slot: &Slot) -> Vec<Slot> {
        match (self.by, slot) {
            (By::Period { ahead, .. }, Slot::Period(number)) => {
                let ahead = (1..=i64::from(ahead)).filter_map(|more| number.checked_add(more));
                ahead.map(Slot::Period).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn unit(kind: Kind) -> Option<Unit> {
    match kind {
        Kind::Int2 => Some(Unit::Number { bits: 16 }),
        Kind::Int4 => Some(Unit::Number { bits: 32 }),
        Kind::Int8 => Some(Unit::Number { bits: 64 }),
        Kind::Date => Some(Unit::Day),
        Kind::Timestamp => Some(Unit::Micros { has_zone: false }),
        Kind::Timestamptz => Some(Unit::Micros { has_zone: true }),
        _ => None,
    }
}

/// Reads an integer of any size; days and microseconds are some.
fn number(value: &[u8]) -> Option<i64> {
    match *value {
        [a, b] => Some(i64::from(i16::from_be_bytes([a, b]))),
        [a, b, c, d] => Some(i64::from(i32::from_be_bytes([a, b, c, d]))),
        _ => value.try_into().ok().map(i64::from_be_bytes),
    }
}

/// A value as PostgreSQL writes it.
fn text(value: &[u8], kind: Kind) -> Option<String> {
    match kind {
        Kind::Bool => value.first().map(|byte| (*byte != 0).to_string()),
        Kind::Text => std::str::from_utf8(value).ok().map(str::to_owned),
        Kind::Uuid => uuid::Uuid::from_slice(value).ok().map(|uuid| uuid.to_string()),
        Kind::Date => Unit::Day.literal(number(value)?).map(|text| text.replace('\'', "")),
        _ => number(value).map(|number| number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{number, text};
    use crate::definition::Kind;

    #[test]
    fn values_are_read_as_they_are_sent() {
        assert_eq!(number(&(-2_i16).to_be_bytes()), Some(-2));
        assert_eq!(number(&7_i32.to_be_bytes()), Some(7));
        assert_eq!(number(&i64::MIN.to_be_bytes()), Some(i64::MIN));
        assert_eq!(number(b"abc"), None);
        assert_eq!(text(&[1], Kind::Bool).as_deref(), Some("true"));
        assert_eq!(text("é'".as_bytes(), Kind::Text).as_deref(), Some("é'"));
        assert_eq!(text(&(-1_i32).to_be_bytes(), Kind::Date).as_deref(), Some("1999-12-31"));
        let uuid = text(&[0x11; 16], Kind::Uuid);
        assert_eq!(uuid.as_deref(), Some("11111111-1111-1111-1111-111111111111"));
    }
}
