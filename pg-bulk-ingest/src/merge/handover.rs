//! Rows that take unique values which other rows of their batch give up.
//!
//! PostgreSQL checks a unique index or an exclusion constraint that is not deferrable for each row as it
//! is written, and so whether the rows can be written depends on their order. One statement writes them
//! in an order in which a value is given up before it is taken; where rows wait for each other in a
//! circle, one of them is given NULL before.

use super::changed::{is_new, is_new_or_differs};
use super::upsert::key_names;
use super::{Live, Staging};
use crate::catalog::UniqueIndex;
use crate::ident::{Ident, list};
use crate::plan::sent_columns;
use std::collections::BTreeSet;

/// The name under which a query has the ordinal of a row.
const PLACE: &str = "pg_bulk_ingest_place";

/// The unique indexes by which rows may wait for each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HandingOver<'a> {
    pub(crate) live: Live<'a>,
    pub(crate) indexes: &'a [UniqueIndex],
    /// Whether rows of the table are looked for one by one, by the index of the key.
    pub(crate) probes: bool,
}

impl<'a> HandingOver<'a> {
    /// The columns that the indexes are over, and those from which such columns are computed. Each is known
    /// by its position here.
    fn columns(self) -> Vec<&'a str> {
        let all = self.indexes.iter().flat_map(|index| &index.columns).map(String::as_str);
        let (computed, mut columns) =
            all.partition::<BTreeSet<_>, _>(|name| self.has_formula(name));
        if !computed.is_empty() {
            let all = self.live.live.shape.columns.iter().map(|column| column.name.as_str());
            columns.extend(all.filter(|name| !self.has_formula(name)));
        }
        columns.into_iter().collect()
    }

    /// By what a column is computed, if it is.
    fn formula(self, name: &str) -> Option<&'a str> {
        let column = self.live.live.shape.columns.iter().find(|column| column.name == name)?;
        let sql = column.default.as_deref().filter(|_| column.is_generated())?;
        let sql = sql.strip_prefix("GENERATED ALWAYS AS ")?;
        sql.strip_suffix(" STORED").or_else(|| sql.strip_suffix(" VIRTUAL"))
    }

    fn has_formula(self, name: &str) -> bool {
        self.formula(name).is_some()
    }

    /// Whether the batch has values of a column.
    fn has(self, column: &str) -> bool {
        self.live.table.sent().any(|own| own.name() == column)
    }

    /// The column's position in the definition.
    fn position(self, column: &str) -> Option<usize> {
        self.live.table.columns().iter().position(|own| own.name() == column)
    }

    /// Whether a column keeps its value when its row is updated.
    fn keeps(self, column: &str) -> bool {
        self.position(column).is_some_and(|position| self.live.table.keeps(position))
    }

    /// Whether its value is computed from that which is there.
    fn computes(self, column: &str) -> bool {
        let column = self.position(column).and_then(|at| self.live.table.columns().get(at));
        self.live.computes() && column.is_some_and(|column| column.on_update().is_some())
    }

    /// A column by which a row can give up its value of an index before it gets its new one.
    pub(crate) fn released_by(self, index: usize) -> Option<&'a str> {
        let index = self.indexes.get(index).filter(|index| index.nulls_distinct)?;
        // One that is kept, or computed from what it was, would not get its value back.
        let is_updated =
            |column: &&str| self.has(column) && !self.keeps(column) && !self.computes(column);
        index.nullable.iter().map(String::as_str).find(is_updated)
    }

    /// The row of the table with the key of `new`, or NULLs, to join with.
    fn join_live(self) -> String {
        let live = self.live;
        let (rows, same_key) = (live.rows(), live.same_key("live", "new"));
        if !self.probes {
            return format!("LEFT JOIN {rows} AS live ON {same_key}");
        }
        let more = self.columns().into_iter().filter(|column| !self.has(column)).map(Ident::new);
        let columns = live.columns_to_read(&sent_columns(live.table), more.collect());
        format!(
            "LEFT JOIN LATERAL (SELECT {columns} FROM {rows} AS live WHERE {same_key} LIMIT 1) \
             AS live ON true"
        )
    }

    /// The values of an index that rows of the batch are to have, or had, with the ordinals of these.
    fn values(self, index: &UniqueIndex, image: &str) -> String {
        let columns = self
            .columns()
            .into_iter()
            .enumerate()
            .map(|(position, column)| format!("{image}_{position} AS {}", Ident::new(column)));
        let columns = list(std::iter::once(format!("place AS {PLACE}")).chain(columns));
        // What a row that is new gets in other columns is not known.
        let is_known = |column: &String| self.has(column) || self.has_formula(column);
        let is_partial = image == "old" || !index.columns.iter().all(is_known);
        let existing = if is_partial { " WHERE is_there" } else { "" };
        let mut rows = format!("SELECT {columns} FROM pair{existing}");
        let computed = index.columns.iter().filter_map(|column| {
            let formula = self.formula(column)?;
            Some(format!("{formula} AS {}", Ident::new(column)))
        });
        let computed = computed.collect::<Vec<_>>();
        if !computed.is_empty() {
            rows = format!("SELECT *, {} FROM ({rows}) AS row", list(computed));
        }
        let keys = index.keys.iter().enumerate().map(|(at, key)| {
            let collation = key.collation.as_ref().map(|name| format!(" COLLATE {name}"));
            format!("({}){} AS key_{at}", key.sql, collation.unwrap_or_default())
        });
        let keys = std::iter::once(format!("{PLACE} AS place")).chain(keys);
        let predicate = index.predicate.as_ref().map(|sql| format!(" WHERE {sql}"));
        format!("SELECT {} FROM ({rows}) AS row{}", list(keys), predicate.unwrap_or_default())
    }
}

/// Whether two rows have values of an index with which they cannot stand beside each other.
fn collide(index: &UniqueIndex, one: &str, other: &str) -> String {
    if index.nulls_distinct {
        let equal = index
            .keys
            .iter()
            .enumerate()
            .map(|(at, key)| format!("{one}.key_{at} {} {other}.key_{at}", key.operator));
        return equal.collect::<Vec<_>>().join(" AND ");
    }
    let row = |of: &str| list((0..index.keys.len()).map(|at| format!("{of}.key_{at}")));
    // Records with NULLs at the same places are equal.
    format!("ROW({})::record OPERATOR(pg_catalog.=) ROW({})::record", row(one), row(other))
}

impl Staging {
    /// Returns which rows take a value that another row of the batch has in the table, and gives up: the
    /// position of the index, the ordinal of the one, and that of the other.
    pub(crate) fn waits(&self, handing: HandingOver<'_>) -> String {
        let ordinal = self.ordinal_name();
        let key = handing.live.certain();
        let images = handing.columns().into_iter().enumerate().map(|(position, column)| {
            let (is_new, is_kept) = (handing.has(column), handing.keeps(column));
            let computed = handing.position(column).filter(|_| handing.computes(column));
            let computed = computed.map(|at| handing.live.merged(at, "live", "new"));
            let column = Ident::new(column);
            let stays = match handing.live.is_older("new") {
                _ if is_kept || computed.is_some() => Some(format!("live.{key} IS NOT NULL")),
                older => older,
            };
            let new = match stays {
                _ if !is_new => format!("live.{column}"),
                None => format!("new.{column}"),
                Some(stays) => {
                    let merged = computed.unwrap_or_else(|| format!("live.{column}"));
                    format!("CASE WHEN {stays} THEN {merged} ELSE new.{column} END")
                }
            };
            format!("{new} AS new_{position}, live.{column} AS old_{position}")
        });
        let images = list(images);
        let mut tables = vec![
            format!("latest AS ({})", self.chosen_numbered(handing.live)),
            format!(
                "pair AS (SELECT new.{ordinal} AS place, live.{key} IS NOT NULL AS is_there, \
                 {images} FROM latest AS new {})",
                handing.join_live()
            ),
        ];
        let mut waits = Vec::new();
        for (position, index) in handing.indexes.iter().enumerate() {
            let (taker, holder) = (format!("new_of_{position}"), format!("old_of_{position}"));
            tables.push(format!("{taker} AS ({})", handing.values(index, "new")));
            tables.push(format!("{holder} AS ({})", handing.values(index, "old")));
            waits.push(format!(
                "SELECT {position}, taker.place, holder.place \
                 FROM {taker} AS taker JOIN {holder} AS holder ON {} \
                 AND taker.place OPERATOR(pg_catalog.<>) holder.place \
                 LEFT JOIN {taker} AS kept ON kept.place OPERATOR(pg_catalog.=) holder.place \
                 AND {} WHERE kept.place IS NULL",
                collide(index, "taker", "holder"),
                collide(index, "kept", "taker")
            ));
        }
        format!("WITH {} {}", tables.join(", "), waits.join(" UNION ALL "))
    }

    /// Gives up the values of a column, in the table, of the rows with these ordinals.
    pub(crate) fn release(&self, live: Live<'_>, column: &str, rows: &[u64]) -> String {
        format!(
            "UPDATE {} AS live SET {} = NULL FROM {} AS new JOIN {} AS released (place) \
             ON released.place OPERATOR(pg_catalog.=) new.{} WHERE {}",
            live.rows(),
            Ident::new(column),
            self.rows(),
            unnest(rows),
            self.ordinal_name(),
            live.same_key("live", "new")
        )
    }

    /// What is not in the table alike, the rows with these ordinals first and in their order.
    pub(super) fn in_order(&self, handing: HandingOver<'_>, order: &[u64]) -> String {
        let (table, ordinal) = (handing.live.table, self.ordinal_name());
        let key = list(key_names(table).map(|name| format!("new.{name}")));
        format!(
            "latest AS ({}), changed AS (SELECT new.* FROM \
             (SELECT new.*, {}{} FROM latest AS new {} WHERE {}) AS new \
             LEFT JOIN {} WITH ORDINALITY AS ordered (row, place) \
             ON ordered.row OPERATOR(pg_catalog.=) new.{ordinal} \
             ORDER BY ordered.place, {key})",
            self.chosen_numbered(handing.live),
            is_new(handing.live),
            handing.live.numbers(),
            handing.join_live(),
            is_new_or_differs(handing.live),
            unnest(order)
        )
    }
}

/// Numbers as rows.
fn unnest(numbers: &[u64]) -> String {
    format!("pg_catalog.unnest('{{{}}}'::pg_catalog.int8[])", list(numbers))
}

#[cfg(test)]
mod tests {
    use super::collide;
    use crate::catalog::{UniqueIndex, UniqueKey};

    #[test]
    fn nulls_collide_only_where_they_are_not_distinct() {
        let key = |operator: &str| UniqueKey {
            sql: "a".to_owned(),
            collation: None,
            operator: operator.to_owned(),
            is_equality: true,
        };
        let index = |nulls_distinct| UniqueIndex {
            name: "i".to_owned(),
            keys: vec![key("OPERATOR(pg_catalog.=)"), key("OPERATOR(public.&&)")],
            predicate: None,
            nulls_distinct,
            columns: Vec::new(),
            nullable: Vec::new(),
        };
        assert_eq!(
            collide(&index(true), "one", "other"),
            "one.key_0 OPERATOR(pg_catalog.=) other.key_0 AND \
             one.key_1 OPERATOR(public.&&) other.key_1"
        );
        assert_eq!(
            collide(&index(false), "one", "other"),
            "ROW(one.key_0, one.key_1)::record OPERATOR(pg_catalog.=) \
             ROW(other.key_0, other.key_1)::record"
        );
    }
}
