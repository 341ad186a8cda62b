//! Making a table by its definition: what PostgreSQL does not take of it is an error that says where
//! in the definition it is.

use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, Failed, query};
use crate::ident::QualifiedName;
use crate::plan::Tried;
use crate::statement::{Statement, begin_savepoint, release, rollback_to};
use tokio_postgres::{SimpleQueryMessage, Transaction};

/// The savepoint around what is made.
pub(super) const DEFINE: &str = "pg_bulk_ingest_define";

/// The savepoint around what is only tried.
const TRY: &str = "pg_bulk_ingest_try";

/// A table that is made by its definition.
#[derive(Clone, Copy)]
pub(super) struct Defining<'a> {
    pub(super) definition: &'static Table,
    /// The table that it is to be.
    pub(super) name: &'a QualifiedName,
    /// What it is called meanwhile.
    pub(super) made_as: &'a QualifiedName,
    pub(super) action: &'static str,
}

impl Defining<'_> {
    /// Runs statements in the savepoint [`DEFINE`], and others that are taken back at once, and then
    /// a query, all in one round trip. After an error the savepoint is still there.
    pub(super) async fn run(
        self,
        transaction: &Transaction<'_>,
        statements: &[Statement],
        tried: &[Statement],
        then: &str,
    ) -> Result<Vec<SimpleQueryMessage>, Error> {
        let sql = |statement: &Statement| statement.sql().to_owned();
        let mut parts = vec![begin_savepoint(DEFINE)];
        parts.extend(statements.iter().map(sql));
        if !tried.is_empty() {
            parts.push(begin_savepoint(TRY));
            parts.extend(tried.iter().map(sql));
            parts.push(rollback_to(TRY));
        }
        parts.push(release(DEFINE));
        parts.push(then.to_owned());
        match execute::query_parts(transaction, &parts, self.action).await {
            Ok(messages) => Ok(messages),
            Err((error, failed)) => Err(self.explain(transaction, error, &parts, failed).await),
        }
    }

    /// The error, with what of the definition is not taken, if it is that.
    async fn explain(
        self,
        transaction: &Transaction<'_>,
        error: Error,
        parts: &[String],
        failed: Failed,
    ) -> Error {
        if !is_of_a_definition(&error) {
            return error;
        }
        let Self { definition, name, made_as, action } = self;
        let tried = Tried { table: definition, name, tried_as: made_as };
        let Some(sql) = parts.get(failed.part) else { return error };
        let mut fault = tried.fault(sql, failed.at);
        if fault.is_none() && failed.at.is_none() {
            if query(transaction, &rollback_to(DEFINE), action).await.is_err() {
                return error;
            }
            let each = tried.each_column();
            let parts = each.iter().map(|each| each.sql().to_owned()).collect::<Vec<_>>();
            if let Err((again, Failed { part, .. })) =
                execute::query_parts(transaction, &parts, action).await
                && again.code() == error.code()
            {
                fault = parts.get(part).and_then(|sql| tried.fault(sql, Some(sql.len())));
            }
        }
        let Some(fault) = fault else { return error };
        let error = error.in_statement(&fault.statement);
        let error = match fault.column {
            Some(column) => error.in_column(column),
            None => error,
        };
        error.of_definition(format!("PostgreSQL does not take {} as it is defined", fault.what))
    }
}

/// Whether the server refused what a statement says: syntax, names, types, expressions, values in
/// them, limits; not for want of a privilege, nor because a name is taken.
pub(super) fn is_of_a_definition(error: &Error) -> bool {
    let is_server = matches!(error.kind(), ErrorKind::Server);
    error.code().filter(|_| is_server).is_some_and(|code| {
        ["0A", "22", "3F", "42", "54"].iter().any(|class| code.code().starts_with(class))
            && !["42501", "42710", "42P06", "42P07"].contains(&code.code())
    })
}
