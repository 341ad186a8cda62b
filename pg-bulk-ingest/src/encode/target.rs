//! What the catalog says of the type of a column that is written to.

use tokio_postgres::types::Type;

/// The type of a live column, as far as the bytes that are written for it depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetType {
    element: u32,
    base: u32,
    /// The greatest number of characters.
    length: u32,
    /// How many microseconds a time or interval is rounded to a multiple of.
    unit: u64,
    /// The digits after the point that a `numeric` is rounded to.
    scale: Option<i16>,
    to_sql: Option<Type>,
    /// The fields of an `interval`, `day to second` say.
    fields: u32,
}

impl TargetType {
    /// Of what is no column of the table.
    pub(super) const NONE: Self = Self {
        element: 0,
        base: 0,
        length: u32::MAX,
        unit: 1,
        scale: None,
        to_sql: None,
        fields: ALL_FIELDS,
    };

    /// `text`.
    pub(crate) const TEXT: Self = Self { base: 25, ..Self::NONE };

    /// A type by OIDs: of the elements, if it is an array (else 0), and of the type that its
    /// domains (of an array: its elements' domains) are over; and by the modifier of the latter,
    /// as `pg_attribute.atttypmod` has it.
    #[must_use]
    pub(crate) fn new(element: u32, base: u32, modifier: i32) -> Self {
        let modifier = u32::try_from(modifier).ok();
        let scale = match (base, modifier) {
            (1700, Some(modifier)) => Some(numeric_scale(modifier)),
            _ => None,
        };
        let unit = match (base, modifier) {
            // time, timestamp, timestamptz: the digits after the second
            (1083 | 1114 | 1184, Some(precision)) => second_unit(precision),
            (1186, Some(modifier)) => interval_unit(modifier),
            _ => 1,
        };
        let fields = match (base, modifier) {
            (1186, Some(modifier)) => modifier >> 16,
            _ => ALL_FIELDS,
        };
        let length = match (base, modifier) {
            // varchar: above a header of 4
            (1043, Some(modifier)) => modifier.saturating_sub(4),
            _ => u32::MAX,
        };
        Self { element, base, length, unit, scale, fields, to_sql: None }
    }

    /// Says that the column is written to by way of `ToSql`, which is told this type.
    #[must_use]
    pub(crate) fn with_to_sql(self, to_sql: Type) -> Self {
        Self { to_sql: Some(to_sql), ..self }
    }

    /// The type that `ToSql` is told, if the column is written to by way of it.
    #[must_use]
    pub(crate) fn to_sql(&self) -> Option<&Type> {
        self.to_sql.as_ref()
    }

    /// The greatest number of characters of a `varchar`.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.length
    }

    /// How many microseconds PostgreSQL would round a time or interval to a multiple of. 1: it
    /// rounds nothing that is written.
    #[must_use]
    pub const fn unit(&self) -> u64 {
        self.unit
    }

    /// Whether the fields of an `interval` column, `year to month` say, would cut something off
    /// these months and days.
    #[must_use]
    pub const fn cuts_off(&self, months: i32, days: i32) -> bool {
        const CALENDAR: u32 = MONTH | YEAR;
        let only_calendar = self.fields & !CALENDAR == 0;
        only_calendar && (days != 0 || self.fields == YEAR && months % 12 != 0)
    }

    /// The number of digits after the point that PostgreSQL would round a `numeric` to; negative:
    /// to tens, hundreds and so on. `None`: it rounds nothing.
    #[must_use]
    pub const fn scale(&self) -> Option<i16> {
        self.scale
    }

    /// Whether a network address must have no bits to the right of its mask.
    #[must_use]
    pub const fn is_cidr(&self) -> bool {
        self.base == 650
    }

    /// The OID that the header of an array carries.
    #[must_use]
    pub const fn element(&self) -> u32 {
        self.element
    }

    /// Whether a JSON text is preceded by the version of the format.
    #[must_use]
    pub const fn is_jsonb(&self) -> bool {
        self.base == 3802
    }

    /// Whether text is read in the encoding that its XML declaration names.
    #[must_use]
    pub const fn is_xml(&self) -> bool {
        self.base == 142
    }

    /// Whether an integer is written as eight bytes.
    #[must_use]
    pub const fn is_bigint(&self) -> bool {
        self.base == 20
    }
}

/// The scale of `numeric(p,s)`: eleven bits with a sign (PostgreSQL's `numeric_typmod_scale`), above
/// a header of 4.
fn numeric_scale(modifier: u32) -> i16 {
    let bits = i16::try_from(modifier.saturating_sub(4) & 0x7ff).unwrap_or_default();
    (bits ^ 0x400) - 0x400
}

// Fields of an interval: PostgreSQL's `INTERVAL_MASK`, of the numbers in `datetime.h`.
const MONTH: u32 = 1 << 1;
const YEAR: u32 = 1 << 2;
const HOUR: u32 = 1 << 10;
const MINUTE: u32 = 1 << 11;
const SECOND: u32 = 1 << 12;
const ALL_FIELDS: u32 = 0x7fff;

/// Microseconds of the last digit after the second.
fn second_unit(precision: u32) -> u64 {
    10_u64.pow(6_u32.saturating_sub(precision))
}

/// Microseconds of what an `interval` is cut off to: its fields above a precision, all of whose bits
/// are set for none (`AdjustIntervalForTypmod`).
fn interval_unit(modifier: u32) -> u64 {
    match modifier >> 16 {
        fields if fields & SECOND != 0 => second_unit(modifier & 0xffff),
        fields if fields & MINUTE != 0 => 60_000_000,
        fields if fields & HOUR != 0 => 3_600_000_000,
        _ => u64::MAX,
    }
}
