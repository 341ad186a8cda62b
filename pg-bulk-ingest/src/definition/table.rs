//! A table.

use super::{Column, Index, Partitioning, Stamp};

/// A table, as `#[derive(IngestTable)]` makes it of a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    schema: &'static str,
    name: &'static str,
    columns: &'static [Column],
    primary_key: &'static [usize],
    indexes: &'static [Index],
    merge_on: &'static [usize],
    newest_by: Option<usize>,
    partitioning: Option<Partitioning>,
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
        Self {
            schema,
            name,
            columns,
            primary_key,
            indexes,
            merge_on: &[],
            newest_by: None,
            partitioning: None,
            comment: None,
        }
    }

    /// Merges rows on the columns at these positions, which are those of a unique constraint, instead of
    /// the primary key.
    #[must_use]
    pub const fn merging_on(self, positions: &'static [usize]) -> Self {
        Self { merge_on: positions, ..self }
    }

    /// Takes, of rows with equal keys, the one with the greatest value of the column at this position
    /// for the newest.
    #[must_use]
    pub const fn newest_by(self, position: usize) -> Self {
        Self { newest_by: Some(position), ..self }
    }

    /// Divides it into partitions.
    #[must_use]
    pub const fn partitioned(self, partitioning: Partitioning) -> Self {
        Self { partitioning: Some(partitioning), ..self }
    }

    /// The table without partitions.
    #[must_use]
    pub const fn unpartitioned(self) -> Self {
        Self { partitioning: None, ..self }
    }

    /// Gives the table a comment.
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

    /// Returns the positions of the columns of `merge_on(…)`; none if rows are merged on the primary key.
    #[must_use]
    pub const fn merge_on(&self) -> &'static [usize] {
        self.merge_on
    }

    /// The positions of the columns that rows are merged on: those of `merge_on`, or those of the primary
    /// key, unless the server fills one of them.
    pub(crate) fn merge_key(&self) -> &'static [usize] {
        match self.merge_on {
            [] if self.fills(self.primary_key) => &[],
            [] => self.primary_key,
            merge_on => merge_on,
        }
    }

    /// Whether rows are merged on columns that may be NULL, and NULL is a value like others there.
    pub(crate) fn has_nulls_in_key(&self) -> bool {
        let is_nullable = |at: &usize| self.columns.get(*at).is_some_and(Column::is_nullable);
        self.merge_key().iter().any(is_nullable)
    }

    /// Whether the unique constraint is the one that rows are merged on.
    pub(crate) fn is_merge_key(&self, index: &Index) -> bool {
        let columns = index.columns();
        index.is_unique()
            && columns.len() == self.merge_key().len()
            && columns.iter().all(|position| self.merge_key().contains(position))
    }

    /// The field of a row that goes into the column at this position.
    pub(crate) fn field_sent(&self, position: usize) -> usize {
        self.columns.iter().take(position).filter(|column| !column.is_filled()).count()
    }

    /// Whether the column at this position gets another value when its row is updated.
    pub(crate) fn updates(&self, position: usize) -> bool {
        let is_filled = self.columns.get(position).is_some_and(Column::is_filled);
        !is_filled && !self.keeps(position) && !self.merge_key().contains(&position)
    }

    /// The columns that the server fills anew when their row is changed, and with which SQL.
    pub(crate) fn stamped(&self) -> impl Iterator<Item = (&'static Column, &'static str)> + use<> {
        self.columns.iter().filter_map(|column| Some((column, column.stamp()?.when_changed())))
    }

    /// The column that says when a row was deleted, if rows that are deleted are kept.
    pub(crate) fn soft_delete(&self) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.stamp() == Some(Stamp::SoftDelete))
    }

    /// Whether the column at this position is written when its row is updated.
    pub(crate) fn writes(&self, position: usize) -> bool {
        let is_stamped = |column: &Column| column.stamp().is_some();
        self.updates(position) || self.columns.get(position).is_some_and(is_stamped)
    }

    /// Whether the column at this position has a value of its own in each row, which stays when the row is
    /// updated. Those of a primary key and of an identity do, by which other tables may refer to the row.
    pub(crate) fn keeps(&self, position: usize) -> bool {
        let column = self.columns.get(position).filter(|column| !column.is_filled());
        let is_of_key = self.merge_key().contains(&position);
        let names = |column: &Column| self.primary_key.contains(&position) || column.is_identity();
        column.is_some_and(|column| column.is_kept_on_update() || names(column) && !is_of_key)
    }

    /// Whether any column keeps its value when its row is updated.
    pub(crate) fn keeps_any(&self) -> bool {
        (0..self.columns.len()).any(|position| self.keeps(position))
    }

    /// Whether a column's value is computed when its row is updated.
    pub(crate) fn computes_any(&self) -> bool {
        self.columns.iter().any(|column| column.on_update().is_some())
    }

    /// Whether rows are merged on the column at this position.
    pub(crate) fn is_of_key(&self, position: usize) -> bool {
        self.merge_key().contains(&position)
    }

    /// Whether a row takes a value of a sequence when it is inserted, which no row is to take for nothing.
    pub(crate) fn takes_numbers(&self) -> bool {
        self.columns.iter().any(Column::takes_number)
    }

    /// The column by which the newest of rows with equal keys is known, if there is one.
    #[must_use]
    pub fn version(&self) -> Option<&'static Column> {
        self.newest_by.and_then(|position| self.columns.get(position))
    }

    /// The position of that column.
    pub(crate) fn version_position(&self) -> Option<usize> {
        self.newest_by
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

    /// How it is divided into partitions; `None`: however it is.
    #[must_use]
    pub const fn partitioning(&self) -> Option<&Partitioning> {
        self.partitioning.as_ref()
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
