//! All rows that a constraint refuses, found at once by what it says.

use super::merging::{MERGE, Merging, SAVEPOINT};
use crate::catalog;
use crate::error::Error;
use crate::execute::query;
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
    ) -> Vec<u64> {
        let Some(condition) = self.condition(transaction, refused).await else { return Vec::new() };
        // One more than may be set aside shows that they are too many.
        let allowed = self.core.settings.set_aside.map_or(0, |budget| budget.at_most);
        let limit = allowed.saturating_add(1).min(1 << 62);
        let sql = violating(self.staging, &condition, limit);
        let sql = format!("{};\n{}", rollback_to(SAVEPOINT), catalog::isolated_cast(&sql));
        let found = query(transaction, &sql, MERGE).await;
        // What cannot be evaluated is looked for in another way.
        found.map_or_else(|_| Vec::new(), |messages| catalog::numbers(&messages))
    }

    /// What is so of the rows that violate the constraint, in SQL.
    async fn condition(self, transaction: &Transaction<'_>, refused: &Error) -> Option<String> {
        let (live, table) = (&self.current.live, self.target.definition);
        let said = refused.db_error()?;
        // What a trigger does, or what is made of a row before it is written, is not in the rows as they came.
        let is_as_it_came = !live.is_filled
            && !table.has_text()
            && !table.computes_any()
            && !table.keeps_any()
            && said.where_().is_none();
        // A partition has the constraints of its table by the same names.
        let is_of_table = live.kind == 'p' || said.table() == Some(self.target.name.name());
        if !is_as_it_came || !is_of_table {
            return None;
        }
        match *said.code() {
            SqlState::NOT_NULL_VIOLATION => {
                let name = said.column()?;
                let is_sent = table.sent().any(|column| column.name() == name);
                is_sent.then(|| format!("row.{} IS NULL", Ident::new(name)))
            }
            SqlState::CHECK_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => {
                let sql = condition_of_violation(live.oid, said.constraint()?);
                let sql = format!("{};\n{}", rollback_to(SAVEPOINT), catalog::isolated(&sql));
                catalog::text(&query(transaction, &sql, MERGE).await.ok()?)
            }
            _ => None,
        }
    }
}
