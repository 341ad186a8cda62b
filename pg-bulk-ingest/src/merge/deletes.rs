//! Deletes of rows by their keys, which come through a temporary table of their own.
//!
//! A key has with it how many rows of its table arrived before it, and so is in order with them: of a row
//! and a delete with one key, the last counts; or, where both have a version, the newest.

use super::arrival::{PLACE, deleting_from_new};
use super::{Live, ordinal_name};
use crate::definition::{Column, Table};
use crate::ident::{Ident, list};
use crate::plan::plain_column_sql;

/// The temporary table of the keys whose rows are to be deleted from one table.
#[derive(Debug)]
pub(crate) struct Deletes {
    name: String,
    /// The column that has how many rows of the table arrived before, which needs no quotes.
    ordinal: String,
    columns: String,
    definition: String,
    /// The table of those that a row undid, which is needed where the row may be set aside.
    undone: Option<String>,
}

/// What became of the keys of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Deleted {
    pub(crate) deleted: u64,
    /// The keys of which the table had no row.
    pub(crate) missing: u64,
    /// The keys of which it had a newer row.
    pub(crate) stale: u64,
}

impl Deleted {
    /// Reads the answer to [`Deletes::delete`].
    pub(crate) fn read([keys, deleted, stale]: [u64; 3]) -> Self {
        Self { deleted, stale, missing: keys.saturating_sub(deleted + stale) }
    }

    /// Adds what became of further keys.
    pub(crate) fn add(&mut self, further: Self) {
        self.deleted += further.deleted;
        self.missing += further.missing;
        self.stale += further.stale;
    }
}

impl Deletes {
    /// Those of the table at this position, whose columns are of the types of the live table. If they may be
    /// [done again](Self::redo), those that a row undoes are kept.
    pub(crate) fn new(position: usize, live: Live<'_>, keeps_undone: bool) -> Self {
        let table = live.table;
        let key = positions(table).map(|at| &table.columns()[at]);
        let ordinal = ordinal_name(table);
        let columns = list(key.clone().map(|column| Ident::new(column.name())));
        // A version that is not given is NULL.
        let definition = list(key.map(|column| live.nullable_column_sql(column)));
        Self {
            name: format!("pg_temp.pg_bulk_ingest_deletes_{position}"),
            definition: format!("{definition}, {ordinal} bigint NOT NULL"),
            columns,
            ordinal,
            undone: keeps_undone.then(|| format!("pg_temp.pg_bulk_ingest_undone_{position}")),
        }
    }

    /// Creates it. It is dropped with the transaction.
    pub(crate) fn create(&self) -> String {
        let create = |name| format!("CREATE TABLE {name} ({}) ON COMMIT DROP", self.definition);
        self.tables().map(create).collect::<Vec<_>>().join(";\n")
    }

    /// Drops it, for a transaction that goes on with another batch.
    pub(crate) fn drop(&self) -> String {
        format!("DROP TABLE {}", list(self.tables()))
    }

    fn tables(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.undone)
    }

    /// Copies keys into it, each with its version if rows have one, and its place among the rows.
    pub(crate) fn copy(&self) -> String {
        let Self { name, columns, ordinal, .. } = self;
        format!("COPY {name} ({columns}, {ordinal}) FROM STDIN (FORMAT binary)")
    }

    /// The keys, as a table that can be scanned.
    pub(crate) fn rows(&self) -> &str {
        &self.name
    }

    /// Removes the rows that a delete undid from the tables in which they are staged, and the deletes that
    /// a row undid. Returns how many rows are removed.
    ///
    /// Where something of the row that is there would live on in a row that came after the delete, or stay
    /// instead of it, the delete stays: the row is then a new one.
    pub(crate) fn settle(&self, live: Live<'_>, staged: &[String]) -> String {
        let (name, same_key) = (&self.name, same_key(live, "gone", "staged"));
        let undoes = self.undoes(live.table);
        let remove = staged.iter().enumerate().map(|(at, part)| {
            format!(
                "removed_{at} AS (DELETE FROM {part} AS staged USING {name} AS gone \
                 WHERE {same_key} AND {undoes} RETURNING 1)"
            )
        });
        let count = (0..staged.len())
            .map(|at| format!("(SELECT pg_catalog.count(*) FROM removed_{at})"))
            .collect::<Vec<_>>()
            .join(" OPERATOR(pg_catalog.+) ");
        let remove = format!("WITH {} SELECT {count}", remove.collect::<Vec<_>>().join(", "));
        let table = live.table;
        let lives_on = live.keeps_existing || table.keeps_any() || table.computes_any();
        match lives_on {
            true => remove,
            false => format!("{remove};\n{}", self.undo(live, staged)),
        }
    }

    /// Removes the deletes that a row undid: one that is left was undone by none of them.
    pub(crate) fn undo(&self, live: Live<'_>, staged: &[String]) -> String {
        let (name, same_key) = (&self.name, same_key(live, "gone", "staged"));
        let undone = staged.iter().map(|part| {
            let remove =
                format!("DELETE FROM {name} AS gone USING {part} AS staged WHERE {same_key}");
            match &self.undone {
                None => remove,
                Some(undone) => format!(
                    "WITH removed AS ({remove} RETURNING gone.*) \
                     INSERT INTO {undone} SELECT * FROM removed"
                ),
            }
        });
        undone.collect::<Vec<_>>().join(";\n")
    }

    /// Takes back the deletes that were undone by rows of which none is staged any more. Returns how many.
    pub(crate) fn redo(&self, live: Live<'_>, staged: &[String]) -> Option<String> {
        let (name, undone) = (&self.name, self.undone.as_ref()?);
        let same_key = same_key(live, "gone", "staged");
        let is_staged = staged
            .iter()
            .map(|part| format!("EXISTS (SELECT FROM {part} AS staged WHERE {same_key})"));
        let is_staged = is_staged.collect::<Vec<_>>().join(" OR ");
        Some(format!(
            "WITH redone AS (DELETE FROM {undone} AS gone WHERE NOT ({is_staged}) RETURNING gone.*), \
             taken AS (INSERT INTO {name} SELECT * FROM redone RETURNING 1) \
             SELECT pg_catalog.count(*) FROM taken"
        ))
    }

    /// Removes all, since they are done and others may [follow](Self::redo).
    pub(crate) fn empty(&self) -> Option<String> {
        self.undone.as_ref().map(|_| format!("DELETE FROM {}", self.name))
    }

    /// Settles keys and rows that went straight into a new table, into which one connection copied them. Returns how
    /// many are removed.
    pub(crate) fn settle_new(&self, live: Live<'_>) -> String {
        let (name, table) = (live.name, live.table);
        let columns = &self.columns;
        let same = |staged: &str| same_record(table, "gone", staged);
        let delete = format!(
            "WITH placed AS (SELECT ctid AS {PLACE}, {columns}, pg_catalog.row_number() OVER \
             (ORDER BY ctid) AS {} FROM {name}), \
             undone AS (SELECT DISTINCT staged.{PLACE} FROM placed AS staged JOIN {} AS gone \
             ON {} AND {}), \
             removed AS (DELETE FROM {name} AS row USING undone \
             WHERE row.ctid OPERATOR(pg_catalog.=) undone.{PLACE} RETURNING 1) \
             SELECT pg_catalog.count(*) FROM removed",
            self.ordinal,
            self.name,
            same("staged"),
            self.undoes(table)
        );
        format!(
            "{};\nDELETE FROM {} AS gone USING {name} AS staged WHERE {}",
            deleting_from_new(name, &delete),
            self.name,
            same("staged")
        )
    }

    /// Whether the delete `gone` undoes the row `staged` of its key: it came later, or is newer.
    fn undoes(&self, table: &Table) -> String {
        let ordinal = &self.ordinal;
        let later = format!("staged.{ordinal} OPERATOR(pg_catalog.<=) gone.{ordinal}");
        let Some(version) = table.version().map(|column| Ident::new(column.name())) else {
            return later;
        };
        let compare = |operator: &str| {
            format!(
                "ROW(staged.{version})::record OPERATOR(pg_catalog.{operator}) \
                 ROW(gone.{version})::record"
            )
        };
        format!(
            "CASE WHEN gone.{version} IS NULL THEN {later} \
             ELSE {} OR {} AND {later} END",
            compare("<"),
            compare("=")
        )
    }

    /// Deletes the rows of the table that have one of the keys and are not newer; with a soft delete it
    /// updates those that are not deleted yet. Returns the number of keys, of rows deleted, and of newer
    /// rows.
    pub(crate) fn delete(&self, live: Live<'_>) -> String {
        let table = live.table;
        let key = list(table.merge_key().iter().map(|at| Ident::new(table.columns()[*at].name())));
        let (columns, ordinal) = (&self.columns, &self.ordinal);
        let version = table.version().map(|column| Ident::new(column.name()));
        // A delete without a version is of whatever there is.
        let order = version.iter().map(|version| format!("{version} DESC NULLS FIRST"));
        let order = list(order.chain([format!("{ordinal} DESC")]));
        let same_key = same_key(live, "live", "gone");
        let newer = version.map(|version| {
            format!(
                "(gone.{version} IS NOT NULL AND live.{version} IS NOT NULL \
                 AND ROW(live.{version})::record OPERATOR(pg_catalog.>) ROW(gone.{version})::record)"
            )
        });
        let not_newer =
            newer.as_ref().map_or_else(String::new, |newer| format!(" AND NOT {newer}"));
        let rows = live.rows();
        let done = live.remove(Some("keys"), &format!("{same_key}{not_newer}"));
        let stale = newer.map_or_else(
            || "0".to_owned(),
            |newer| {
                format!(
                    "(SELECT pg_catalog.count(*) FROM {rows} AS live JOIN keys AS gone \
                     ON {same_key} AND {newer})"
                )
            },
        );
        format!(
            "WITH keys AS (SELECT DISTINCT ON ({key}) {columns} FROM {} ORDER BY {key}, {order}), \
             done AS ({done} RETURNING 1) \
             SELECT (SELECT pg_catalog.count(*) FROM keys), (SELECT pg_catalog.count(*) FROM done), \
             {stale}",
            self.name
        )
    }
}

impl Live<'_> {
    /// Deletes its rows `live` for which a condition holds; where rows that are deleted are kept, it says so in
    /// those of which it is not said yet. With `gone`, they are joined with such a table of keys, each with its
    /// version.
    fn remove(&self, gone: Option<&str>, condition: &str) -> String {
        let rows = self.rows();
        let Some(deleted) = self.table.soft_delete().map(|column| Ident::new(column.name())) else {
            let using = gone.map_or_else(String::new, |gone| format!(" USING {gone} AS gone"));
            return format!("DELETE FROM {rows} AS live{using} WHERE {condition}");
        };
        let from = gone.map_or_else(String::new, |gone| format!(" FROM {gone} AS gone"));
        let version = self.table.version().filter(|_| gone.is_some()).map(|column| {
            let version = Ident::new(column.name());
            format!("{version} = COALESCE(gone.{version}, live.{version})")
        });
        let stamped =
            self.table.stamped().filter(|(column, _)| Some(*column) != self.table.soft_delete());
        let stamped = stamped.map(|(column, sql)| format!("{} = {sql}", Ident::new(column.name())));
        let said = format!("{deleted} = CURRENT_TIMESTAMP");
        let set = list(std::iter::once(said).chain(version).chain(stamped));
        format!(
            "UPDATE {rows} AS live SET {set}{from} WHERE {condition} AND live.{deleted} IS NULL"
        )
    }

    /// Counts its rows, but for those of which it says that they are deleted.
    pub(crate) fn count(&self) -> String {
        let rows = self.rows();
        let deleted = self.table.soft_delete().map(|column| Ident::new(column.name()));
        let there = deleted.map_or_else(String::new, |at| format!(" WHERE {at} IS NULL"));
        format!("SELECT pg_catalog.count(*) FROM {rows}{there}")
    }

    fn nullable_column_sql(&self, column: &Column) -> String {
        let sql = match self.live.shape.columns.iter().any(|live| live.name == column.name()) {
            true => self.column_sql(column, false),
            false => plain_column_sql(column),
        };
        sql.trim_end_matches(" NOT NULL").to_owned()
    }
}

/// The positions of the columns that come with a delete.
pub(crate) fn positions(table: &Table) -> impl Iterator<Item = usize> + Clone {
    table.merge_key().iter().copied().chain(table.version_position())
}

/// Whether two rows have the same key, as the table's index sees it.
fn same_key(live: Live<'_>, one: &str, other: &str) -> String {
    match live.has_equality(live.table.merge_key()) {
        true => live.same_key(one, other),
        false => same_record(live.table, one, other),
    }
}

/// Whether two rows have the same key by the order of the types, for a table that has no index yet.
fn same_record(table: &Table, one: &str, other: &str) -> String {
    let row = |alias: &str| {
        let columns = table.merge_key().iter().map(|at| table.columns()[*at].name());
        list(columns.map(|name| format!("{alias}.{}", Ident::new(name))))
    };
    let (one, other) = (row(one), row(other));
    format!("ROW({one})::record OPERATOR(pg_catalog.=) ROW({other})::record")
}

/// The temporary table of the keys of all rows that came for one table, so that those of its rows whose keys
/// did not come can be deleted.
#[derive(Debug)]
pub(crate) struct Seen {
    name: String,
    columns: String,
    definition: String,
}

impl Seen {
    /// That of the table at this position.
    pub(crate) fn new(position: usize, live: Live<'_>) -> Self {
        let table = live.table;
        let key = table.merge_key().iter().map(|at| &table.columns()[*at]);
        Self {
            name: format!("pg_temp.pg_bulk_ingest_seen_{position}"),
            columns: list(key.clone().map(|column| Ident::new(column.name()))),
            definition: list(key.map(|column| live.nullable_column_sql(column))),
        }
    }

    /// Creates it. It is dropped with the transaction.
    pub(crate) fn create(&self) -> String {
        let Self { name, definition, .. } = self;
        format!("CREATE TABLE {name} ({definition}) ON COMMIT DROP")
    }

    /// Adds the keys of staged rows.
    pub(crate) fn add(&self, staged: &[String]) -> String {
        let Self { name, columns, .. } = self;
        let insert =
            |part: &String| format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {part}");
        staged.iter().map(insert).collect::<Vec<_>>().join(";\n")
    }

    /// Deletes the rows of the table whose keys did not come. Returns how many.
    pub(crate) fn delete(&self, live: Live<'_>) -> String {
        let Self { name, .. } = self;
        let came = format!("SELECT FROM {name} AS seen WHERE {}", same_key(live, "live", "seen"));
        let gone = live.remove(None, &format!("NOT EXISTS ({came})"));
        format!(
            "ANALYZE {name};\nWITH done AS ({gone} RETURNING 1) SELECT pg_catalog.count(*) FROM done"
        )
    }
}
