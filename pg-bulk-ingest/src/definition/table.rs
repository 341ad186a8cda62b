//! A table.

use super::{Column, Index};

/// A table, as `#[derive(IngestTable)]` makes it of a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    schema: &'static str,
    name: &'static str,
    columns: &'static [Column],
    primary_key: &'static [usize],
    indexes: &'static [Index],
}

impl Table {
    /// The table `schema.name` with these columns, in this order, and the primary key over the
    /// columns at the given positions (none: no primary key).
    #[must_use]
    pub const fn new(
        schema: &'static str,
        name: &'static str,
        columns: &'static [Column],
        primary_key: &'static [usize],
        indexes: &'static [Index],
    ) -> Self {
        Self { schema, name, columns, primary_key, indexes }
    }

    /// The schema.
    #[must_use]
    pub const fn schema(&self) -> &'static str {
        self.schema
    }

    /// The table's name in its schema.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The columns, in the order of the struct's fields.
    #[must_use]
    pub const fn columns(&self) -> &'static [Column] {
        self.columns
    }

    /// The positions of the primary key's columns, in the key's order.
    #[must_use]
    pub const fn primary_key(&self) -> &'static [usize] {
        self.primary_key
    }

    /// The indexes and unique constraints besides the primary key.
    #[must_use]
    pub const fn indexes(&self) -> &'static [Index] {
        self.indexes
    }
}
