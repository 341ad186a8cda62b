//! The hook that runs once a table is created.

use super::HookTable;
use crate::conn;
use crate::error::{BoxError, Error, Failure};
use bytes::BytesMut;
use futures_util::future::BoxFuture;
use std::fmt;
use tokio_postgres::Transaction;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

pub(crate) const HOOK: &str = "cannot run the hook of the table that was created";

/// A table that an ingest has just created, as [`on_create`](crate::Ingest::on_create) is given it.
#[non_exhaustive]
pub struct Created<'v> {
    /// The transaction that created the table: what is done in it is committed with the table, or not
    /// at all. It must not be ended.
    pub transaction: &'v Transaction<'v>,
    /// The names of the table: the one that it will have, and [the one that it has
    /// now](HookTable::loaded_as). Both display quoted, as SQL.
    pub table: &'v HookTable,
    pub(crate) parameter: TableParameter<'v>,
}

impl Created<'_> {
    /// Returns whether the table is going to replace a live one. Until then it has another name, and
    /// the live one is still there.
    ///
    /// ```
    /// # use pg_bulk_ingest::{BoxError, Created};
    /// # async fn run(created: Created<'_>) -> Result<(), BoxError> {
    /// let why = if created.replaces() { "to replace another" } else { "for the first time" };
    /// println!("{} is created {why}", created.table.name);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.table.name != self.table.loaded_as
    }

    /// Executes one SQL statement in which `$1`, if it is there, is the table: as `regclass` or `oid`,
    /// or as text, its present name with that of its schema, quoted where SQL needs that. Rows that
    /// the statement returns are dropped.
    ///
    /// PostgreSQL takes parameters in queries alone. In `ALTER TABLE` and the like the name goes into
    /// the text. Where it cannot tell the type of `$1`, a cast does: `$1::regclass`.
    ///
    /// ```
    /// # use pg_bulk_ingest::{BoxError, Created};
    /// # async fn run(created: Created<'_>) -> Result<(), BoxError> {
    /// created.execute("SELECT create_distributed_table($1, 'tenant')").await?;
    /// let name = &created.table.loaded_as;
    /// created.execute(&format!("ALTER TABLE {name} SET (fillfactor = 70)")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any error of the server, which has as long to answer as it has [elsewhere](crate::Ingest::timeout); a
    /// parameter that is not `$1`, or of a type that cannot hold a table.
    pub async fn execute(&self, sql: &str) -> Result<(), BoxError> {
        let statement = said(conn::prepare(self.transaction, sql).await)?;
        let parameters: &[&(dyn ToSql + Sync)] = match statement.params() {
            [] => &[],
            [only] if TableParameter::accepts(only) => &[&self.parameter],
            types => {
                let types = types.iter().map(Type::name).collect::<Vec<_>>().join(", ");
                let reason = "the only parameter is $1, the table, as regclass, oid or text";
                return Err(format!("parameters of types {types}: {reason}").into());
            }
        };
        said(conn::execute_with(self.transaction, &statement, parameters).await)?;
        Ok(())
    }
}

/// The error of the server as the driver returned it, or that it did not answer in time.
fn said<T>(answered: Result<T, Failure>) -> Result<T, BoxError> {
    answered.map_err(|failure| match failure {
        Failure::Driver(error) => error.into(),
        late @ Failure::Timeout(..) => Error::server(late, HOOK).into(),
    })
}

impl fmt::Debug for Created<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Created").field("table", &self.table).finish_non_exhaustive()
    }
}

/// A table as the parameter of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableParameter<'v> {
    pub(crate) oid: u32,
    /// Its name, quoted where SQL needs that.
    pub(crate) name: &'v str,
}

impl ToSql for TableParameter<'_> {
    fn to_sql(&self, to: &Type, value: &mut BytesMut) -> Result<IsNull, BoxError> {
        match *to {
            // Its OID is what a regclass is: no name is looked up.
            Type::REGCLASS | Type::OID => self.oid.to_sql(&Type::OID, value),
            _ => self.name.to_sql(to, value),
        }
    }

    fn accepts(to: &Type) -> bool {
        matches!(*to, Type::REGCLASS | Type::OID) || <&str as ToSql>::accepts(to)
    }

    to_sql_checked!();
}

type Call<'c> = dyn for<'v> FnMut(Created<'v>) -> BoxFuture<'v, Result<(), BoxError>> + Send + 'c;

/// A hook that is called for each table that is created.
pub(crate) struct OnCreate<'c>(Box<Call<'c>>);

impl<'c> OnCreate<'c> {
    pub(crate) fn new<F>(hook: F) -> Self
    where
        F: for<'v> FnMut(Created<'v>) -> BoxFuture<'v, Result<(), BoxError>> + Send + 'c,
    {
        Self(Box::new(hook))
    }

    /// The hook, for one of several sessions.
    pub(crate) fn borrowed(&mut self) -> OnCreate<'_> {
        OnCreate::new(|created| self.call(created))
    }

    pub(crate) fn call<'v>(&mut self, created: Created<'v>) -> BoxFuture<'v, Result<(), BoxError>> {
        (self.0)(created)
    }
}

impl fmt::Debug for OnCreate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnCreate")
    }
}
