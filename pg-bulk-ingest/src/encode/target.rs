//! What the catalog says of the type of a column that is written to.

/// The type of a live column, as far as the bytes that are written for it depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetType {
    element: u32,
    base: u32,
}

impl TargetType {
    /// A type by OIDs: of the elements, if it is an array (else 0), and of the type that its
    /// domains (of an array: its elements' domains) are over.
    #[must_use]
    pub(crate) const fn new(element: u32, base: u32) -> Self {
        Self { element, base }
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
