//! How a table is divided into partitions.

use super::{ColumnType, FieldType, Kind, Table};

/// How a table is divided into partitions: `partition_by` and `partitions` of a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partitioning {
    strategy: PartitionStrategy,
    columns: &'static [usize],
    partitions: Partitions,
    has_default: bool,
}

/// By what a row's partition is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionStrategy {
    /// By a range of values.
    Range,
    /// By a list of values.
    List,
    /// By a hash of the values.
    Hash,
}

/// Which partitions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partitions {
    /// None: they are made by hand, or by another program.
    ByHand,
    /// One for each period that has rows, and so many after it.
    Every {
        /// The period.
        period: Period,
        /// How many after it.
        ahead: u32,
    },
    /// One for each value that rows have.
    EachValue,
    /// So many, with the table.
    Modulus(u32),
}

/// The range of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// So many hours, counted from the beginning of 2000.
    Hours(u32),
    /// So many days, counted from a Monday.
    Days(u32),
    /// So many months, counted from a January.
    Months(u32),
    /// So many numbers, counted from 0.
    Numbers(u64),
}

impl Partitioning {
    /// By this strategy over the columns at these positions.
    #[must_use]
    pub const fn new(strategy: PartitionStrategy, columns: &'static [usize]) -> Self {
        Self { strategy, columns, partitions: Partitions::ByHand, has_default: false }
    }

    /// Makes these partitions.
    #[must_use]
    pub const fn making(self, partitions: Partitions) -> Self {
        Self { partitions, ..self }
    }

    /// Makes a partition for the rows that are of no other.
    #[must_use]
    pub const fn with_default(self) -> Self {
        Self { has_default: true, ..self }
    }

    /// What of it only a server of a version has, and the first that has.
    pub(crate) fn needs(&self, table: &Table) -> impl Iterator<Item = (&'static str, u32)> + use<> {
        let is_hashed = self.strategy == PartitionStrategy::Hash;
        let is_indexed = !table.primary_key().is_empty() || !table.indexes().is_empty();
        let needs = [
            (is_hashed, "a table that is partitioned by hash"),
            (self.has_default, "a default partition"),
            (is_indexed, "an index of a partitioned table"),
        ];
        needs.into_iter().filter_map(|(needs, what)| needs.then_some((what, 11)))
    }

    /// By what a row's partition is told.
    #[must_use]
    pub const fn strategy(&self) -> PartitionStrategy {
        self.strategy
    }

    /// The positions of the columns by which it is told.
    #[must_use]
    pub const fn columns(&self) -> &'static [usize] {
        self.columns
    }

    /// Which partitions are made.
    #[must_use]
    pub const fn partitions(&self) -> Partitions {
        self.partitions
    }

    /// Whether a partition is made for the rows that are of no other.
    #[must_use]
    pub const fn has_default(&self) -> bool {
        self.has_default
    }
}

impl PartitionStrategy {
    /// As SQL.
    pub(crate) const fn sql(self) -> &'static str {
        match self {
            Self::Range => "RANGE",
            Self::List => "LIST",
            Self::Hash => "HASH",
        }
    }

    /// As `pg_partitioned_table.partstrat` has it.
    pub(crate) const fn code(self) -> char {
        match self {
            Self::Range => 'r',
            Self::List => 'l',
            Self::Hash => 'h',
        }
    }
}

impl FieldType {
    /// Whether the column's values are in periods of this kind.
    #[must_use]
    pub const fn is_in(self, period: Period) -> bool {
        let kind = self.column_type.kind();
        let is_number = matches!(kind, Kind::Int2 | Kind::Int4 | Kind::Int8);
        let is_instant = matches!(kind, Kind::Timestamp | Kind::Timestamptz);
        let fits = match period {
            Period::Hours(_) => is_instant,
            Period::Days(_) | Period::Months(_) => is_instant || matches!(kind, Kind::Date),
            Period::Numbers(_) => is_number,
        };
        fits && is_plain(self.column_type)
    }

    /// Whether a partition can be made for each value of the column.
    #[must_use]
    pub const fn is_listable(self) -> bool {
        let kind = self.column_type.kind();
        let is_number = matches!(kind, Kind::Int2 | Kind::Int4 | Kind::Int8);
        let fits = is_number || matches!(kind, Kind::Bool | Kind::Text | Kind::Uuid | Kind::Date);
        fits && is_plain(self.column_type)
    }
}

const fn is_plain(column_type: ColumnType) -> bool {
    !column_type.is_array() && !column_type.is_from_text()
}
