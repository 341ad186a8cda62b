//! Rows that a query on the same server returns.

use super::OpenBatch;
use crate::conn;
use crate::deadline::within;
use crate::error::{Error, ErrorKind, First};
use crate::merge::{describe_query, insert_query};
use crate::session::target::{Current, Target};
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

const QUERY: &str = "cannot take the rows of a query";

impl OpenBatch<'_, '_> {
    /// Takes the rows that a query returns, by a statement of the server: none of them comes here.
    pub(crate) async fn write_query(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<(), Error> {
        self.check_whole()?;
        self.broken = true;
        let (deadline, waits) = (self.deadline(), self.waits());
        let taken = within(deadline, waits, self.insert_query(sql, parameters)).await;
        let count = taken.map_err(|error| self.locate(error))?;
        self.count(count);
        self.went_well(Ok(()))
    }

    /// Returns the number of rows.
    async fn insert_query(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, Error> {
        let Self { load, transaction, targets, .. } = self;
        let Some(target) = targets.first() else { return Ok(0) };
        let Some(current) = &target.current else { return Ok(0) };
        let in_table = |error: Error| error.in_table(&target.name);
        let described = conn::prepare(transaction, &describe_query(sql)).await;
        let described = described.map_err(Error::while_doing(QUERY)).map_err(in_table)?;
        check(&described, target, current).map_err(in_table)?;
        drop(described);
        let insert = if load.staging_of_first().is_some() {
            load.copy().prepare(transaction).await?;
            load.staging_of_first().map(|staging| staging.insert_query(sql))
        } else {
            None
        };
        let insert = insert.unwrap_or_else(|| insert_query(target.definition, &current.name, sql));
        tracing::debug!(sql = insert, "query");
        let inserted = conn::execute_with(transaction, &insert, parameters).await;
        let count = inserted.map_err(Error::while_doing(QUERY)).map_err(in_table)?;
        load.copy().count_rows(count);
        Ok(count)
    }
}

/// Whether the columns of a query are those that rows of a table come with, in whatever order.
fn check(described: &Statement, target: &Target, current: &Current) -> Result<(), Error> {
    let mut reasons = Vec::new();
    let found = described.columns();
    for column in target.definition.sent() {
        let mut named = found.iter().filter(|found| found.name() == column.name());
        let live = current.live.shape.columns.iter().find(|live| live.name == column.name());
        let name = column.name();
        match (named.next(), named.next(), live) {
            (None, ..) => reasons.push(format!("it returns no column {name:?}")),
            (_, Some(_), _) => reasons.push(format!("it returns several columns {name:?}")),
            (Some(found), None, Some(live)) if !live.is_of_type(found.type_().oid()) => {
                reasons.push(format!(
                    "it returns column {name:?} as {}, and the table has {}: cast it, {name}::{}",
                    found.type_().name(),
                    live.sql_type,
                    live.sql_type
                ));
            }
            _ => {}
        }
        if column.column_type().is_from_text() {
            reasons.push(format!("column {name:?} is of a field marked `text`"));
        }
    }
    let is_sent = |name: &str| target.definition.sent().any(|column| column.name() == name);
    let more = found.iter().filter(|found| !is_sent(found.name()));
    reasons.extend(more.map(|found| {
        format!("it returns column {:?}, which rows of the table do not come with", found.name())
    }));
    if reasons.is_empty() {
        return Ok(());
    }
    let reason = format!("the query does not return rows of the table: {}", First(&reasons, "; "));
    Err(Error::new(ErrorKind::Unsupported { reason }, QUERY))
}
