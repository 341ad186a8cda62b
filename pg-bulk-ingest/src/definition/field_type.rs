//! What the type of a field makes its column.

use super::ColumnType;

/// What the type of a field makes its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldType {
    pub(super) column_type: ColumnType,
    pub(super) nullable: bool,
    pub(super) filled: bool,
}

impl FieldType {
    /// A column of this type, which may be NULL or not.
    #[must_use]
    pub const fn new(column_type: ColumnType, nullable: bool) -> Self {
        Self { column_type, nullable, filled: false }
    }

    /// Makes it a column whose values are not sent.
    #[must_use]
    pub const fn filled(self) -> Self {
        Self { filled: true, ..self }
    }

    /// Whether its values are not sent.
    #[must_use]
    pub const fn is_filled(self) -> bool {
        self.filled
    }
}
