//! Rows that are refused: all of a constraint, found at once by what it says, and one because of those before it.

use super::merging::{MERGE, Merging, SAVEPOINT, is_of_a_row, is_of_the_session, is_the_same};
use crate::catalog;
use crate::error::Error;
use crate::execute::{numbers, query};
use crate::ident::Ident;
use crate::merge::{condition_of_violation, violating};
use crate::statement::rollback_to;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

impl Merging<'_> {
    /// Finds the numbers of all suspects that are refused as all were, by a query: of a CHECK, NOT NULL or a
    /// foreign key. None where that cannot be said of the rows as they came.
    pub(super) async fn all_refused(
        self,
        transaction: &Transaction<'_>,
        refused: &Error,
    ) -> Result<Vec<u64>, Error> {
        let Some(condition) = self.condition(transaction, refused).await? else {
            return Ok(Vec::new());
        };
        // One more than may be set aside shows that they are too many.
        let allowed = self.core.settings.set_aside.map_or(0, |budget| budget.at_most);
        let limit = allowed.saturating_add(1).min(1 << 62);
        let sql = violating(self.staging, &condition, limit);
        let sql = format!("{};\n{}", rollback_to(SAVEPOINT), catalog::isolated_cast(&sql));
        match query(transaction, &sql, MERGE).await {
            Ok(messages) => Ok(catalog::numbers(&messages)),
            Err(error) if is_of_the_session(&error) => Err(error),
            // What cannot be evaluated is looked for in another way.
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Finds the number of the first of so many suspects that is refused once those before it are written, where
    /// none is refused alone. It may be for an `other` reason.
    pub(super) async fn search_after_others(
        self,
        transaction: &Transaction<'_>,
        reason: &Error,
        (all, other): (u64, &mut Option<Error>),
    ) -> Result<Option<u64>, Error> {
        let upserts = self.target.upserts(self.core.settings.upsert);
        let back = rollback_to(SAVEPOINT);
        // The numbers of rows from the first on, of which the former are written and the latter are not.
        let (mut written, mut refused) = (0, all + 1);
        while refused - written > 1 {
            // All, to be sure that they are refused as well.
            let middle = if refused > all { all } else { written + (refused - written) / 2 };
            let write = self.staging.write_suspects(self.live(), upserts, 0, middle);
            match query(transaction, &format!("{back};\n{write}"), MERGE).await {
                Ok(_) => written = middle,
                Err(error) if !is_of_a_row(&error) => return Err(error),
                Err(error) => {
                    refused = middle;
                    if !is_the_same(&error, other.as_ref().unwrap_or(reason)) {
                        *other = Some(error);
                    }
                }
            }
        }
        if refused > all {
            return Ok(None);
        }
        let sql = format!("{back};\n{}", self.staging.suspect(refused));
        let [row] = numbers(transaction, &sql, MERGE).await?;
        Ok(Some(row))
    }

    /// What is so of the rows that violate the constraint, in SQL.
    async fn condition(
        self,
        transaction: &Transaction<'_>,
        refused: &Error,
    ) -> Result<Option<String>, Error> {
        let (live, table) = (&self.current.live, self.target.definition);
        let Some(said) = refused.db_error() else { return Ok(None) };
        // What a trigger does, or what is made of a row before it is written, is not in the rows as they came.
        let is_as_it_came = !live.is_filled
            && !table.has_text()
            && !table.computes_any()
            && !table.keeps_any()
            && said.where_().is_none();
        // A partition has the constraints of its table by the same names.
        let is_of_table = live.kind == 'p' || said.table() == Some(self.target.name.name());
        if !is_as_it_came || !is_of_table {
            return Ok(None);
        }
        match (said.code(), said.column(), said.constraint()) {
            (&SqlState::NOT_NULL_VIOLATION, Some(name), _) => {
                let is_sent = table.sent().any(|column| column.name() == name);
                Ok(is_sent.then(|| format!("row.{} IS NULL", Ident::new(name))))
            }
            (
                &SqlState::CHECK_VIOLATION | &SqlState::FOREIGN_KEY_VIOLATION,
                _,
                Some(constraint),
            ) => {
                let sql = condition_of_violation(live.oid, constraint);
                let sql = format!("{};\n{}", rollback_to(SAVEPOINT), catalog::isolated(&sql));
                Ok(catalog::text(&query(transaction, &sql, MERGE).await?))
            }
            _ => Ok(None),
        }
    }
}
