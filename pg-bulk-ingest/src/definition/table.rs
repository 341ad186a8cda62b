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
    newest_by: Option<usize>,
    comment: Option<&'static str>,
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
        Self { schema, name, columns, primary_key, indexes, newest_by: None, comment: None }
    }

    /// Takes, of rows with equal keys, the one with the greatest value of the column at this position
    /// for the newest.
    #[must_use]
    pub const fn newest_by(self, position: usize) -> Self {
        Self { newest_by: Some(position), ..self }
    }

    /// The same with a comment.
    #[must_use]
    pub const fn with_comment(self, comment: &'static str) -> Self {
        Self { comment: Some(comment), ..self }
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

    /// The columns that rows come with.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|column| !column.is_filled())
    }

    /// Whether the server fills any of the columns at these positions.
    pub(crate) fn fills(&self, positions: &[usize]) -> bool {
        let is_filled = |at: &usize| self.columns.get(*at).is_some_and(Column::is_filled);
        positions.iter().any(is_filled)
    }

    /// The positions of the columns that rows are merged on: those of the primary key, unless the
    /// server fills one of them.
    pub(crate) fn merge_key(&self) -> &'static [usize] {
        if self.fills(self.primary_key) { &[] } else { self.primary_key }
    }

    /// The field of a row that goes into the column at this position.
    pub(crate) fn field_sent(&self, position: usize) -> usize {
        self.columns.iter().take(position).filter(|column| !column.is_filled()).count()
    }

    /// Whether the column at this position gets another value when its row is updated.
    pub(crate) fn updates(&self, position: usize) -> bool {
        let stays = |column: &Column| column.is_kept_on_update() || column.is_filled();
        let is_kept = self.columns.get(position).is_some_and(stays);
        !is_kept && !self.primary_key.contains(&position)
    }

    /// The column by which the newest of rows with equal keys is known, if there is one.
    #[must_use]
    pub fn version(&self) -> Option<&'static Column> {
        self.newest_by.and_then(|position| self.columns.get(position))
    }

    /// Whether there are columns whose values are sent as text and read by the server.
    pub(crate) fn has_text(&self) -> bool {
        self.sent().any(|column| column.column_type().is_from_text())
    }

    /// The position of the column that the field makes, one of a flattened struct given with the
    /// path to it.
    #[must_use]
    pub const fn position_of_field(&self, field: &str) -> Option<usize> {
        let mut position = 0;
        while position < self.columns.len() {
            if is_same(self.columns[position].field(), field) {
                return Some(position);
            }
            position += 1;
        }
        None
    }

    /// Whether a field makes a column; of a struct that could not be derived, any.
    #[must_use]
    pub const fn has_field(&self, field: &str) -> bool {
        self.columns.is_empty() || self.position_of_field(field).is_some()
    }

    /// Whether the column that the field makes may be NULL.
    #[must_use]
    pub const fn is_field_nullable(&self, field: &str) -> bool {
        match self.position_of_field(field) {
            Some(position) => self.columns[position].is_nullable(),
            None => false,
        }
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

    /// The comment that the table shall have, besides what is stored with it; `None`: whatever it
    /// has.
    #[must_use]
    pub const fn comment(&self) -> Option<&'static str> {
        self.comment
    }
}

const fn is_same(one: &str, two: &str) -> bool {
    let (one, two) = (one.as_bytes(), two.as_bytes());
    let mut at = 0;
    while at < one.len() && at < two.len() && one[at] == two[at] {
        at += 1;
    }
    at == one.len() && at == two.len()
}
