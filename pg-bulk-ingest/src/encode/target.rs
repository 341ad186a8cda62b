//! What the catalog says of the type of a column that is written to.

/// The type of a live column, as far as the bytes that are written for it depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetType {
    element: u32,
    base: u32,
    /// The greatest number of characters.
    length: u32,
    /// What values are rounded to a multiple of, in the last digit that is written.
    unit: u64,
}

impl TargetType {
    /// A type by OIDs: of the elements, if it is an array (else 0), and of the type that its
    /// domains (of an array: its elements' domains) are over; and by the modifier of the latter,
    /// as `pg_attribute.atttypmod` has it.
    #[must_use]
    pub(crate) fn new(element: u32, base: u32, modifier: i32) -> Self {
        let modifier = u32::try_from(modifier).ok();
        let digits_lost = match (base, modifier) {
            // time, timestamp, timestamptz: the digits after the second
            (1083 | 1114 | 1184, Some(precision)) => 6_u32.saturating_sub(precision),
            // interval: the same in its lower half, all bits set for none
            (1186, Some(precision)) => 6_u32.saturating_sub(precision & 0xffff),
            // numeric: an 11-bit scale, which may be negative, above a header of 4
            (1700, Some(modifier)) => match modifier.saturating_sub(4) & 0x7ff {
                negative @ 0x400.. => 0x800 - negative,
                _ => 0,
            },
            _ => 0,
        };
        let length = match (base, modifier) {
            // varchar: above a header of 4
            (1043, Some(modifier)) => modifier.saturating_sub(4),
            _ => u32::MAX,
        };
        Self { element, base, length, unit: 10_u64.saturating_pow(digits_lost) }
    }

    /// The greatest number of characters of a `varchar`.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.length
    }

    /// What PostgreSQL would round a value to a multiple of: microseconds of a time or interval,
    /// ones of a `numeric`. 1: it rounds nothing that is written.
    #[must_use]
    pub const fn unit(&self) -> u64 {
        self.unit
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
