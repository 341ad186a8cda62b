//! Tables as a batch finds them.
//!
//! Each small batch has its queries planned anew, so these are plain ones, by OIDs where these are known:
//! they are planned in a fraction of the time that one takes that joins what it asks of all tables.

use super::attribute::Attribute;
use crate::ident::{Literal, QualifiedName};
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

/// What there is under the names of some tables.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// In the order of the names.
    pub(crate) tables: Vec<State>,
    /// The transaction in which it was asked for.
    pub(crate) transaction: u64,
    /// The process that serves it.
    pub(crate) process: i32,
    /// The comment on the table of which it was asked for.
    pub(crate) comment: Option<String>,
}

/// A table as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) oid: Option<u32>,
    /// Whether it is a partition.
    pub(crate) is_partition: bool,
    /// An estimate.
    pub(crate) rows: u64,
    /// Tables for its rows, of an ingest that is under way or was killed.
    pub(crate) parts: Vec<String>,
    /// Those of the table that was expected.
    pub(crate) columns: Vec<Attribute>,
}

// What tells the rows of each query from those of the others.
const TRANSACTION: &str = "pg_bulk_ingest_transaction";
const TABLE: &str = "pg_bulk_ingest_table";
const PART: &str = "pg_bulk_ingest_part";
const COLUMN: &str = "pg_bulk_ingest_column";
const COMMENT: &str = "pg_bulk_ingest_comment";

/// Asks for tables by their names; and, of those whose OIDs are known, for columns. Parts are looked for if asked for.
pub(crate) fn sql(tables: &[(&QualifiedName, Option<u32>)], parts: bool) -> String {
    // The id of a transaction that does not wrap around. Behind a pooler, each transaction may be served
    // by another process.
    let mut queries = vec![format!("SELECT '{TRANSACTION}', txid_current(), pg_backend_pid()")];
    for (position, (name, oid)) in tables.iter().enumerate() {
        let schema = format!(
            "c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = {})",
            Literal(name.schema())
        );
        // The rows are as dense as they were when they were counted last, as the planner has it.
        queries.push(format!(
            "SELECT '{TABLE}', {position}, c.oid, \
             (CASE WHEN c.relpages > 0 AND c.reltuples >= 0 THEN c.reltuples / c.relpages ELSE 50 END \
             * pg_relation_size(c.oid) / current_setting('block_size')::int8)::int8, c.relispartition \
             FROM pg_class c WHERE {schema} AND c.relname = {}",
            Literal(name.name())
        ));
        if parts {
            let prefix = name.part_prefix();
            queries.push(format!(
                "SELECT '{PART}', {position}, c.relname FROM pg_class c WHERE {schema} \
                 AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE') \
                 AND c.relname >= {} AND c.relname < {} ORDER BY c.relname",
                Literal(&prefix),
                Literal(&format!("{prefix}~"))
            ));
        }
        if let Some(oid) = oid {
            queries.push(format!(
                "SELECT '{COLUMN}', {position}, a.attname, a.atttypid, \
                 format_type(a.atttypid, a.atttypmod) FROM pg_attribute a \
                 WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped"
            ));
        }
    }
    queries.join(";\n")
}

/// Asks for the comment on a table.
pub(crate) fn comment(oid: u32) -> String {
    // obj_description() plans a query of its own each time. 1259 is `pg_class`.
    format!(
        "SELECT '{COMMENT}', d.description FROM pg_description d \
         WHERE d.objoid = {oid} AND d.classoid = 1259 AND d.objsubid = 0"
    )
}

/// Reads the answers for so many tables, among answers to other queries; `None` if one is not understood.
pub(crate) fn read(messages: &[SimpleQueryMessage], tables: usize) -> Option<Found> {
    let mut found = Found { tables: vec![State::default(); tables], ..Found::default() };
    for message in messages {
        if let SimpleQueryMessage::Row(row) = message {
            found.take(row)?;
        }
    }
    (found.transaction != 0).then_some(found)
}

impl Found {
    fn take(&mut self, row: &SimpleQueryRow) -> Option<()> {
        let text = |place| row.try_get(place).ok().flatten();
        let Some(tag) = text(0) else { return Some(()) };
        if tag == TRANSACTION {
            self.transaction = text(1)?.parse().ok()?;
            self.process = text(2)?.parse().ok()?;
            return Some(());
        }
        if tag == COMMENT {
            self.comment = Some(text(1)?.to_owned());
            return Some(());
        }
        if ![TABLE, PART, COLUMN].contains(&tag) {
            return Some(());
        }
        let state = self.tables.get_mut(text(1)?.parse::<usize>().ok()?)?;
        let value = text(2)?;
        match tag {
            TABLE => {
                state.oid = Some(value.parse().ok()?);
                state.is_partition = text(4)? == "t";
                state.rows = text(3)?.parse().unwrap_or_default();
            }
            PART => state.parts.push(value.to_owned()),
            _ => state.columns.push(Attribute::new(value, text(3)?.parse().ok()?, text(4)?)),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::sql;
    use crate::ident::QualifiedName;

    #[test]
    fn what_is_known_by_its_oid_is_asked_for_by_it() {
        let name = QualifiedName::new("s", "t");
        let known = sql(&[(&name, Some(7))], false);
        assert!(known.contains("a.attrelid = 7"), "{known}");
        assert!(!sql(&[(&name, None)], false).contains("pg_attribute"));
    }
}
