//! Ids of a table's identity, for rows that come with them.

use super::Session;
use super::refusal::{privilege, unreadable, unsupported};
use super::scope::Scope;
use super::target::{Current, Target};
use crate::catalog;
use crate::deadline::within;
use crate::error::Error;
use crate::execute::{query, read_catalog};
use crate::plan::next_values;
use crate::table::{Reserve, RowOf};
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::SqlState;

const RESERVE: &str = "cannot reserve ids";

impl<S: ?Sized, W, H> Session<'_, S, W, H> {
    /// Reserves ids of the identity of a table, in one round trip: for rows that refer to each other, and
    /// therefore have to know their ids before they are inserted.
    ///
    /// The ids are values of the identity's sequence. Nobody else gets them, whatever becomes of the batch; they
    /// grow, and where others insert or reserve at the same time there are gaps between them. A field with
    /// `#[ingest(identity)]` whose type is not [`Filled`](crate::Filled) comes with its rows.
    ///
    /// ```no_run
    /// # async fn example(client: &mut tokio_postgres::Client) -> Result<(), pg_bulk_ingest::Error> {
    /// use pg_bulk_ingest::{IngestTable, ingest};
    ///
    /// #[derive(IngestTable)]
    /// struct Author {
    ///     #[ingest(primary_key, identity)]
    ///     id: i64,
    ///     name: String,
    /// }
    ///
    /// ingest::<Author>(client).migrate().await?;
    /// let mut session = ingest::<Author>(client).start::<i64>().await?;
    /// let names = ["Ann", "Bob"].map(str::to_owned);
    /// let ids = session.reserve::<Author>(names.len()).await?;
    /// let mut batch = session.batch().await?;
    /// batch.write_all(ids.into_iter().zip(names).map(|(id, name)| Author { id, name })).await?;
    /// batch.commit(1).await?;
    /// session.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the table, or its identity, does not exist
    /// yet, or the table is going to be rebuilt: [`migrate`](crate::Ingest::migrate) before does that.
    /// [`ErrorKind::InsufficientPrivilege`](crate::ErrorKind::InsufficientPrivilege) without USAGE on the
    /// sequence, which inserting does not need. Any error of the server, such as that the sequence has no more
    /// values.
    pub async fn reserve<R: RowOf<S> + Reserve>(
        &mut self,
        count: usize,
    ) -> Result<Vec<R::Id>, Error> {
        let Self { scope, core, meter, .. } = self;
        let target = core.targets.iter().find(|target| target.definition == R::TABLE);
        let Some(target) = target else { return Err(unreadable(RESERVE)) };
        let current = current(target, R::IDENTITY).map_err(|error| error.in_table(&target.name))?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let sql = next_values(&current.name, R::IDENTITY, count);
        let reserved = async {
            match scope {
                Scope::All(super::scope::All::Begun(transaction)) => {
                    query(transaction, &catalog::isolated_path(&sql), RESERVE).await
                }
                scope => match scope.client() {
                    Some(client) => read_catalog(client, &sql, RESERVE).await,
                    None => Err(unreadable(RESERVE)),
                },
            }
        };
        let reserved = within(core.deadline.clone(), meter.waits(), reserved).await;
        let messages = reserved.map_err(|error| {
            let error = match error.code() {
                Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                    let missing = format!("USAGE on the sequence of column {:?}", R::IDENTITY);
                    privilege(&core.server, missing).caused_by(error)
                }
                _ => error,
            };
            error.in_table(&target.name)
        })?;
        let ids = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse::<i64>().ok(),
            _ => None,
        });
        let ids = ids.filter_map(|id| R::Id::try_from(id).ok()).collect::<Vec<_>>();
        match ids.len() == count {
            true => Ok(ids),
            false => Err(unreadable(RESERVE).in_table(&target.name)),
        }
    }
}

/// The table, whose column is an identity already.
fn current<'t>(target: &'t Target, column: &str) -> Result<&'t Current, Error> {
    let later = |what: &str| {
        Err(unsupported(format!(
            "{what}, so that no ids can be reserved: `migrate()` before does that"
        )))
    };
    let Some(current) = &target.current else { return later("the table is not created yet") };
    if target.outstanding.is_some() {
        return later("the table does not match its definition yet");
    }
    let live = current.live.shape.columns.iter().find(|live| live.name == column);
    match live.is_some_and(|live| live.is_identity() || live.is_serial) {
        true => Ok(current),
        false => later("the column is not an identity yet"),
    }
}
