//! A further connection, over which a part of a batch's rows goes.

use super::active::Active;
use crate::conn;
use crate::connections::Link;
use crate::error::Failure;
use crate::merge::part;
use std::fmt;
use std::sync::Arc;
use tokio_postgres::{Client, SimpleQueryMessage, Statement};

/// A further connection in a transaction of its own, in which rows are copied into a table that is
/// made for them.
///
/// Dropped before it is [kept](Self::keep), it is rolled back, and the table is dropped as soon as
/// nobody holds it.
pub(crate) struct Lane {
    pub(super) active: Option<Active>,
    /// The statement of the `COPY`. It is let go of while the transaction lasts: a pooler in
    /// transaction mode would leave it to the next client.
    pub(super) prepared: Option<Statement>,
    /// The id of its transaction, once it is committed.
    pub(super) transaction: u64,
    link: Arc<dyn Link>,
    /// Drops the table.
    drop: Option<String>,
}

impl Lane {
    /// A connection that is in a transaction, with the statement of the `COPY`, and what drops the
    /// table.
    pub(crate) fn new(link: Arc<dyn Link>, prepared: Statement, drop: String) -> Self {
        Self { active: None, prepared: Some(prepared), transaction: 0, link, drop: Some(drop) }
    }

    pub(super) fn client(&self) -> &Client {
        self.link.client()
    }

    /// Makes its rows visible, to the batch's own transaction.
    pub(super) async fn commit(&mut self) -> Result<(), Failure> {
        self.prepared = None;
        let messages = conn::query(self.client(), part::COMMIT).await?;
        let id = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        });
        self.transaction = id.unwrap_or_default();
        Ok(())
    }

    /// Rolls a further connection back, and drops its table, without waiting: what is polled once is
    /// sent, and the connection's task does the rest.
    pub(crate) fn undo(client: &Client, drop: &str) {
        conn::send(client, part::ROLLBACK);
        conn::send(client, drop);
    }

    /// The batch is committed, and with it what becomes of the table.
    pub(crate) fn keep(&mut self) {
        self.drop = None;
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.active = None;
        self.prepared = None;
        if let Some(drop) = self.drop.take() {
            Self::undo(self.client(), &drop);
        }
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").field("drop", &self.drop).finish_non_exhaustive()
    }
}
