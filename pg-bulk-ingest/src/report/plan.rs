//! What is done for tables to match their definitions.

use super::Kept;
use crate::statement::Statement;
use serde::Serialize;
use std::fmt;

/// The statements that an ingest ran to bring the tables into the state that is defined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    statements: Vec<Statement>,
    kept: Vec<Kept>,
}

impl Plan {
    pub(crate) fn keep(&mut self, kept: impl IntoIterator<Item = Kept>) {
        self.kept.extend(kept);
    }

    pub(crate) fn extend(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.statements.extend(statements);
    }

    pub(crate) fn into_statements(self) -> Vec<Statement> {
        self.statements
    }

    /// The statements, in order.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let plan = ingest::<Event>(client).plan().await?;
    /// let longest_lock = plan.statements().iter().map(|statement| statement.lock()).max();
    /// println!("the strongest lock: {longest_lock:?}");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The differences that stay as they are.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// for kept in ingest::<Event>(client).plan().await?.kept() {
    ///     println!("left as it is: {kept}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// Whether there is nothing to do: differences that stay are nothing.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Error, IngestTable, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "event")]
    /// # struct Event { #[ingest(primary_key)] id: i64 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// let plan = ingest::<Event>(client).plan().await?;
    /// assert!(plan.is_empty(), "the table does not match the struct:\n{plan}");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}

/// Each statement after a comment that says why it is run, what it locks and what it costs; before
/// them, what is left as it is.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kept.iter().try_for_each(|kept| writeln!(f, "-- left as it is: {kept}"))?;
        self.statements.iter().try_for_each(|statement| writeln!(f, "{statement}"))
    }
}
