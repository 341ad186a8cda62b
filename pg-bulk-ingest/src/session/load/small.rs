//! Merging few rows by one statement, which has them as its one parameter: without a temporary table there
//! is nothing to create, and the catalog does not grow.
//!
//! Whatever is refused is done again by way of the staging table, where the row that is refused can be
//! found, and unique values are handed over.

use super::super::core::Core;
use super::super::merging::{MERGE, Merging, SAVEPOINT};
use super::super::refusal::unreadable;
use super::super::target::{Current, Target};
use super::{Counts, Load};
use crate::catalog::LiveTable;
use crate::conn;
use crate::definition::Table;
use crate::encode::Records;
use crate::error::Error;
use crate::execute::query;
use crate::merge::COUNTED_FROM;
use crate::options::Upsert;
use crate::statement::{begin_savepoint, release, rollback_to};
use bytes::{BufMut, BytesMut};
use futures_util::future::{join, join3};
use std::sync::atomic::Ordering;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};
use tokio_postgres::{Row, Transaction};

/// The rows, encoded.
#[derive(Debug)]
struct Encoded(Vec<u8>);

impl ToSql for Encoded {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl Load {
    /// Prepares the `COPY` into the first table, unless its rows may be few enough to do without.
    pub(in super::super) async fn prepare(
        &mut self,
        transaction: &Transaction<'_>,
        core: &Core,
    ) -> Result<(), Error> {
        match core.targets.first().is_some_and(|target| takes_parameter(core, target)) {
            true => Ok(()),
            false => self.copy.prepare(transaction).await,
        }
    }

    /// Whether the rows are merged by one statement that has them as a parameter.
    pub(in super::super) fn is_small(&self, core: &Core, targets: &[Target]) -> bool {
        let [target] = targets else { return false };
        self.copy.held().is_some()
            && self.staging_of_first().is_some()
            && self.copy.received(0) < COUNTED_FROM
            && takes_parameter(core, target)
    }

    /// Merges the rows by one statement. `None` if they are to be merged by way of the staging table, into
    /// which they then were copied.
    pub(super) async fn merge_small(
        &mut self,
        transaction: &Transaction<'_>,
        core: &Core,
        targets: &[Target],
    ) -> Result<Option<Vec<Counts>>, Error> {
        if !self.is_small(core, targets) {
            return Ok(None);
        }
        let received = self.copy.received(0);
        let merged = match (targets.first(), self.copy.held(), self.staging_of_first()) {
            (Some(target), Some(rows), Some(staging)) => {
                let Some(current) = &target.current else { return Ok(None) };
                let records = records(&current.live, target.definition);
                // Of rows with equal keys each counts, for which they have to be in a table.
                let key = target.definition.merge_key();
                let fields = key.iter().map(|at| target.definition.field_sent(*at));
                let has_equal = target.definition.computes_any()
                    && core.settings.upsert != Upsert::KeepExisting
                    && !(current.is_equal_by_bytes(target.definition, key)
                        && Records::are_distinct(rows, &fields.collect::<Vec<_>>()));
                let encoded = if has_equal { None } else { records.encode(rows, received) };
                let Some(rows) = encoded else {
                    return self.copy.finish(transaction).await.map(|()| None);
                };
                let staging =
                    staging.in_parameter(current.in_sql(target.definition, core.settings.upsert));
                let merging = Merging::new(core, target, (current, &staging), received);
                let sql = staging.upsert(merging.choose(transaction).await?);
                let merged = run(transaction, &sql, Encoded(rows), current).await;
                merged.map_err(|error| error.in_table(&target.name))
            }
            _ => return Ok(None),
        };
        match merged {
            Ok(merged) => {
                self.copy.let_go();
                Ok(Some(vec![Counts::merged(core, received, merged)]))
            }
            Err(error) if !is_done_again(core, &error) => Err(error),
            Err(error) => {
                // Neither of a value nor of another session: the next batch would be refused as well.
                let is_of_these = ["22", "23", "40"].iter().any(|class| is_of(&error, class));
                if !is_of_these {
                    tracing::debug!(%error, "rows cannot come as a parameter");
                    core.copies_only.store(true, Ordering::Relaxed);
                }
                // In one round trip with what creates the staging table.
                let back = rollback_to(SAVEPOINT);
                let back = query(transaction, &back, MERGE);
                let (back, copied) = join(back, self.copy.finish(transaction)).await;
                back.map(|_| ()).and(copied).map(|()| None)
            }
        }
    }
}

/// Whether few rows of the table can be merged by a statement that has them as a parameter.
fn takes_parameter(core: &Core, target: &Target) -> bool {
    let Some(current) = &target.current else { return false };
    let (live, table) = (&current.live, target.definition);
    let is_sent = |name: &str| table.sent().any(|column| column.name() == name);
    core.settings.small_merges
        // Which rows came is known of those that are staged.
        && !core.settings.deletes_missing
        && !core.copies_only.load(Ordering::Relaxed)
        && !core.settings.several_connections
        && target.upserts(core.settings.upsert)
        && !current.bare
        // Partitions are told by constants, which the rows of a parameter are not.
        && live.kind == 'r'
        && live.row_array != 0
        && !table.has_text()
        // A domain may refuse the NULL that stands for the value of a column.
        && live.shape.columns.iter().all(|column| !column.is_domain() || is_sent(&column.name))
}

/// How rows become an array of the table's row type.
fn records(live: &LiveTable, table: &Table) -> Records {
    let position = |name: &str| table.sent().position(|column| column.name() == name);
    let columns = live.shape.columns.iter();
    let columns = columns.map(|column| (column.type_oid(), position(&column.name)));
    // The last is the number of the row.
    Records { row: live.row_type, columns: columns.collect(), fields: table.sent().count() + 1 }
}

/// Merges in a savepoint, in one round trip. The statement has no name, so that a pooler need not know it.
async fn run(
    transaction: &Transaction<'_>,
    sql: &str,
    rows: Encoded,
    current: &Current,
) -> Result<[u64; 4], Error> {
    tracing::debug!(sql, "query");
    let array = current.live.row_array;
    let array = Type::new("rows".to_owned(), array, Kind::Simple, "pg_temp".to_owned());
    let (begin, release) = (begin_savepoint(SAVEPOINT), release(SAVEPOINT));
    let rows: [(&(dyn ToSql + Sync), Type); 1] = [(&rows, array)];
    let (begun, merged, released) = join3(
        conn::execute(transaction, &begin),
        conn::query_typed(transaction, sql, &rows),
        conn::execute(transaction, &release),
    )
    .await;
    begun.map_err(Error::while_doing(MERGE))?;
    let merged = merged.map_err(Error::while_doing(MERGE))?;
    released.map_err(Error::while_doing(MERGE))?;
    let counts =
        |row: &Row| Some([number(row, 0)?, number(row, 1)?, number(row, 2)?, number(row, 3)?]);
    merged.first().and_then(counts).ok_or_else(|| unreadable(MERGE))
}

/// Reads a count, or a constant in its stead.
fn number(row: &Row, at: usize) -> Option<u64> {
    let count = row.try_get::<_, i64>(at);
    let count = count.or_else(|_| row.try_get::<_, i32>(at).map(i64::from));
    count.ok().and_then(|count| u64::try_from(count).ok())
}

fn is_of(error: &Error, class: &str) -> bool {
    error.code().is_some_and(|code| code.code().starts_with(class))
}

/// Whether the rows are merged by way of the staging table after this error: the server refused them, or
/// that they come in this way, and is not in distress; or it ended a deadlock with another source's merge,
/// which is gone if this one begins again.
fn is_done_again(core: &Core, error: &Error) -> bool {
    const CLASSES: [&str; 9] = ["0A", "08P", "21", "22", "23", "42", "54", "P0", "XX"];
    let is_deadlock = error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED);
    CLASSES.iter().any(|class| is_of(error, class))
        || is_deadlock && core.goes_beside_other_sources()
}
