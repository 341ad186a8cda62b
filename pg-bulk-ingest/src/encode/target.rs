//! What the catalog says of the type of a column that is written to.

use tokio_postgres::types::Type;

/// The type of a live column, as far as the bytes that are written for it depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetType {
    element: u32,
    base: u32,
    to_sql: Option<Type>,
}

impl TargetType {
    /// A type by OIDs: of the elements, if it is an array (else 0), and of the type that its
    /// domains (of an array: its elements' domains) are over.
    #[must_use]
    pub(crate) const fn new(element: u32, base: u32) -> Self {
        Self { element, base, to_sql: None }
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

    /// Whether an integer is written as eight bytes.
    #[must_use]
    pub const fn is_bigint(&self) -> bool {
        self.base == 20
    }
}
