//! What the partitions of a table that is replaced cannot be made with.

use crate::catalog::LiveColumn;
use crate::compare::Change;
use crate::plan::migrate::Subject;

impl Subject<'_> {
    /// Why a table that replaces a partitioned one cannot have a change, since its partitions could not be made
    /// as they are.
    pub(in crate::plan) fn forbids_in_tree(&self, change: &Change) -> Vec<String> {
        if self.live.kind != 'p' {
            return Vec::new();
        }
        match change {
            Change::AddIndex { index } | Change::PrimaryKey { defined: Some(index), .. } => {
                self.refuses_index(change, index)
            }
            Change::AlterType { live, defined } if self.keeps_bounds(live, defined) => Vec::new(),
            Change::AlterType { .. }
            | Change::AlterCollation { .. }
            | Change::DropColumn { .. } => self.bound(change).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the bounds of partitions mean the same for values of another type, if they are bounds of such.
    fn keeps_bounds(&self, live: &LiveColumn, defined: &LiveColumn) -> bool {
        let columns = self.live.partition_key.iter().flat_map(|key| &key.columns);
        let is_by_columns = columns.into_iter().all(Option::is_some);
        is_by_columns && keeps_literals(&live.sql_type, &defined.sql_type)
    }
}

/// Whether each literal of a type is one of another type, of the same value and in the same order.
fn keeps_literals(from: &str, to: &str) -> bool {
    const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];
    let rank = |sql_type: &str| INTEGERS.iter().position(|integer| *integer == sql_type);
    match (rank(from), rank(to)) {
        (Some(from), Some(to)) => from < to,
        (Some(_), None) => to == "numeric",
        _ => {
            let is_varchar = from == "character varying" || from.starts_with("character varying(");
            is_varchar && ["text", "character varying"].contains(&to)
                || from == "date" && to == "timestamp without time zone"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::keeps_literals;

    #[test]
    fn a_bound_is_kept_where_the_type_only_gets_wider() {
        for (from, to) in [
            ("smallint", "integer"),
            ("integer", "bigint"),
            ("bigint", "numeric"),
            ("character varying(8)", "text"),
            ("date", "timestamp without time zone"),
        ] {
            assert!(keeps_literals(from, to), "{from} {to}");
        }
        for (from, to) in [
            ("bigint", "integer"),
            ("integer", "text"),
            ("text", "integer"),
            ("text", "character varying(8)"),
            ("date", "timestamp with time zone"),
            ("timestamp without time zone", "date"),
            ("character(8)", "text"),
            ("integer", "numeric(4,2)"),
        ] {
            assert!(!keeps_literals(from, to), "{from} {to}");
        }
    }
}
