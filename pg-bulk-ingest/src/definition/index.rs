//! An index or unique constraint.

/// An index of a [`Table`](super::Table).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    keys: &'static [IndexKey],
    include: &'static [usize],
    method: &'static str,
    predicate: Option<&'static str>,
    unique: bool,
    nulls_distinct: bool,
    sql: Option<&'static str>,
}

impl Index {
    /// A B-tree over these keys.
    #[must_use]
    pub const fn new(keys: &'static [IndexKey]) -> Self {
        Self {
            keys,
            include: &[],
            method: "btree",
            predicate: None,
            unique: false,
            nulls_distinct: true,
            sql: None,
        }
    }

    /// An index given as all that follows `CREATE INDEX ON table`.
    #[must_use]
    pub const fn from_sql(sql: &'static str) -> Self {
        Self { sql: Some(sql), ..Self::new(&[]) }
    }

    /// Gives the index another access method, such as `gin`.
    #[must_use]
    pub const fn using(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    /// Stores the columns at these positions in the index, besides its keys (PostgreSQL 11 or
    /// later; with `gist` 12, with `spgist` 14).
    #[must_use]
    pub const fn including(self, columns: &'static [usize]) -> Self {
        Self { include: columns, ..self }
    }

    /// Restricts the index to the rows for which this SQL condition holds.
    #[must_use]
    pub const fn filtered(self, predicate: &'static str) -> Self {
        Self { predicate: Some(predicate), ..self }
    }

    /// Makes it a unique constraint, whose keys are columns.
    #[must_use]
    pub const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// Makes it a unique constraint in which NULL is equal to NULL (PostgreSQL 15 or later).
    #[must_use]
    pub const fn nulls_not_distinct(self) -> Self {
        Self { nulls_distinct: false, ..self }
    }

    /// The keys; none for an index given as SQL.
    #[must_use]
    pub const fn keys(&self) -> &'static [IndexKey] {
        self.keys
    }

    /// The positions of those keys that are columns.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        self.keys.iter().filter_map(IndexKey::position).collect()
    }

    /// The positions of the columns that are stored besides the keys.
    #[must_use]
    pub const fn include(&self) -> &'static [usize] {
        self.include
    }

    /// The access method.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// The condition for a row to be in it.
    #[must_use]
    pub const fn predicate(&self) -> Option<&'static str> {
        self.predicate
    }

    /// Whether this is a unique constraint.
    #[must_use]
    pub const fn is_unique(&self) -> bool {
        self.unique
    }

    /// Whether rows that are NULL in a key do not violate the constraint.
    #[must_use]
    pub const fn is_nulls_distinct(&self) -> bool {
        self.nulls_distinct
    }

    /// All that follows `CREATE INDEX ON table`, if the index is given so.
    #[must_use]
    pub const fn sql(&self) -> Option<&'static str> {
        self.sql
    }

    /// What of it not every version has, each with the first that does.
    pub(crate) fn needs(&self) -> impl Iterator<Item = (&'static str, u32)> + use<> {
        let include = match self.method {
            "gist" => ("an index of gist with `include`", 12),
            "spgist" => ("an index of spgist with `include`", 14),
            _ => ("an index with `include`", 11),
        };
        let nulls = ("a unique constraint with `nulls_not_distinct`", 15);
        let include = (!self.include.is_empty()).then_some(include);
        include.into_iter().chain((!self.nulls_distinct).then_some(nulls))
    }
}

/// A key of an [`Index`]: a column or an expression, and how it is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexKey {
    position: Option<usize>,
    expression: Option<&'static str>,
    collation: Option<&'static str>,
    operator_class: Option<&'static str>,
    descending: bool,
    nulls_first: Option<bool>,
}

impl IndexKey {
    const EMPTY: Self = Self {
        position: None,
        expression: None,
        collation: None,
        operator_class: None,
        descending: false,
        nulls_first: None,
    };

    /// The column at this position.
    #[must_use]
    pub const fn column(position: usize) -> Self {
        Self { position: Some(position), ..Self::EMPTY }
    }

    /// An SQL expression over columns.
    #[must_use]
    pub const fn expression(sql: &'static str) -> Self {
        Self { expression: Some(sql), ..Self::EMPTY }
    }

    /// Gives the key a collation, as SQL.
    #[must_use]
    pub const fn with_collation(self, collation: &'static str) -> Self {
        Self { collation: Some(collation), ..self }
    }

    /// Gives the key an operator class, as SQL, such as `text_pattern_ops`.
    #[must_use]
    pub const fn with_operator_class(self, operator_class: &'static str) -> Self {
        Self { operator_class: Some(operator_class), ..self }
    }

    /// Sorts the key in descending order.
    #[must_use]
    pub const fn descending(self) -> Self {
        Self { descending: true, ..self }
    }

    /// Sorts NULLs before all other values, which is the default of descending order.
    #[must_use]
    pub const fn nulls_first(self) -> Self {
        Self { nulls_first: Some(true), ..self }
    }

    /// Sorts NULLs after all other values, which is the default of ascending order.
    #[must_use]
    pub const fn nulls_last(self) -> Self {
        Self { nulls_first: Some(false), ..self }
    }

    /// The position of the column, if the key is one.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        self.position
    }

    /// The expression, if the key is one.
    #[must_use]
    pub const fn sql(&self) -> Option<&'static str> {
        self.expression
    }

    /// The collation as SQL, if it is not that of the column.
    #[must_use]
    pub const fn collation(&self) -> Option<&'static str> {
        self.collation
    }

    /// The operator class as SQL, if it is not the default of the type.
    #[must_use]
    pub const fn operator_class(&self) -> Option<&'static str> {
        self.operator_class
    }

    /// Whether it is in descending order.
    #[must_use]
    pub const fn is_descending(&self) -> bool {
        self.descending
    }

    /// Whether NULLs come before all else.
    #[must_use]
    pub const fn is_nulls_first(&self) -> bool {
        match self.nulls_first {
            Some(first) => first,
            None => self.descending,
        }
    }

    /// The order as PostgreSQL prints it: nothing that is the default.
    #[must_use]
    pub(crate) const fn order(&self) -> &'static str {
        match (self.descending, self.is_nulls_first()) {
            (false, false) => "",
            (false, true) => " NULLS FIRST",
            (true, true) => " DESC",
            (true, false) => " DESC NULLS LAST",
        }
    }
}
