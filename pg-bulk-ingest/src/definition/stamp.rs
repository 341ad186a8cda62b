//! Columns that the server fills anew when an ingest changes their row.

use super::{FieldType, Kind};

/// What the server puts into a column, which rows come without, when an ingest writes their row.
///
/// It says something of the load and nothing of the row, and so makes no row differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// The time of the transaction that inserted the row, or was the last to change it.
    LoadedAt,
    /// The id of that transaction.
    LoadId,
    /// When the row was deleted, if it was and is kept; NULL once it comes again.
    SoftDelete,
}

impl Stamp {
    /// The name of the setting.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::LoadedAt => "loaded_at",
            Self::LoadId => "load_id",
            Self::SoftDelete => "soft_delete",
        }
    }

    /// The column's default, if it has one. It is not volatile, so that it is added to a table of rows in place.
    pub(crate) const fn default(self) -> Option<&'static str> {
        match self {
            Self::LoadedAt => Some("CURRENT_TIMESTAMP"),
            Self::LoadId => Some("pg_catalog.txid_current()"),
            Self::SoftDelete => None,
        }
    }

    /// Whether a default of a table, as PostgreSQL prints it, gives the same.
    pub(crate) fn is_filled_by(self, default: &str) -> bool {
        let same = ["CURRENT_TIMESTAMP", "now()", "transaction_timestamp()"];
        self == Self::LoadedAt && same.contains(&default)
    }

    /// What the column gets when its row is changed, as SQL.
    pub(crate) fn when_changed(self) -> &'static str {
        self.default().unwrap_or("NULL")
    }

    /// What a transaction gives the column, as an SQL expression of text that every session reads alike;
    /// `None` if that is nothing.
    pub(crate) const fn printed(self) -> Option<&'static str> {
        match self {
            Self::LoadedAt => Some(
                "pg_catalog.to_char(CURRENT_TIMESTAMP AT TIME ZONE 'UTC', \
                 'YYYY-MM-DD HH24:MI:SS.US') OPERATOR(pg_catalog.||) '+00'",
            ),
            Self::LoadId => Some("pg_catalog.txid_current()::pg_catalog.text"),
            Self::SoftDelete => None,
        }
    }

    /// Whether a field of this type can be the column.
    #[must_use]
    pub const fn fits(self, of: FieldType) -> bool {
        let kind = of.column_type.kind();
        let is_right = match self {
            Self::LoadedAt => matches!(kind, Kind::Timestamptz) && !of.nullable,
            Self::LoadId => matches!(kind, Kind::Int8) && !of.nullable,
            Self::SoftDelete => matches!(kind, Kind::Timestamptz) && of.nullable,
        };
        is_right && of.filled && !of.column_type.is_array()
    }
}
