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
}

impl TargetType {
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
        let digits_lost = match (base, modifier) {
            // time, timestamp, timestamptz: the digits after the second
            (1083 | 1114 | 1184, Some(precision)) => 6_u32.saturating_sub(precision),
            // interval: the same in its lower half, all bits set for none
            (1186, Some(precision)) => 6_u32.saturating_sub(precision & 0xffff),
            _ => 0,
        };
        let length = match (base, modifier) {
            // varchar: above a header of 4
            (1043, Some(modifier)) => modifier.saturating_sub(4),
            _ => u32::MAX,
        };
        let unit = 10_u64.saturating_pow(digits_lost);
        Self { element, base, length, unit, scale, to_sql: None }
    }

    /// The same of a column that is written to by way of `ToSql`, which is told this type.
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
