//! An index or unique constraint.

/// An index of a [`Table`](super::Table).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    columns: &'static [usize],
    method: &'static str,
    unique: bool,
}

impl Index {
    /// A B-tree over the columns at these positions.
    #[must_use]
    pub const fn new(columns: &'static [usize]) -> Self {
        Self { columns, method: "btree", unique: false }
    }

    /// The same with another access method, `gin` say.
    #[must_use]
    pub const fn using(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    /// The same as a unique constraint.
    #[must_use]
    pub const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// The positions of its columns in the table.
    #[must_use]
    pub const fn columns(&self) -> &'static [usize] {
        self.columns
    }

    /// The access method.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// Whether this is a unique constraint.
    #[must_use]
    pub const fn is_unique(&self) -> bool {
        self.unique
    }
}
