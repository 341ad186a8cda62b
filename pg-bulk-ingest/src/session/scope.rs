//! The transactions of a session: one a batch, or one for all.

use crate::conn;
use crate::error::{Error, ErrorKind};
use crate::options::Visibility;
use tokio_postgres::{Client, Transaction};

const BEGIN: &str = "cannot begin the batch";

/// Where the transactions of a session's batches come from.
pub(super) enum Scope<'c> {
    /// Each batch is a transaction.
    Each(&'c mut Client),
    /// All batches are one transaction, which is begun with the first, and each is a savepoint.
    All(All<'c>),
}

/// The one transaction of all batches.
pub(super) enum All<'c> {
    NotBegun(&'c mut Client),
    Begun(Transaction<'c>),
    /// It could not be begun.
    Failed,
}

impl<'c> Scope<'c> {
    pub(super) fn new(client: &'c mut Client, visibility: Visibility) -> Self {
        match visibility {
            Visibility::AfterEachBatch => Self::Each(client),
            Visibility::AfterLastBatch => Self::All(All::NotBegun(client)),
        }
    }

    /// The client, if no transaction of all batches has begun.
    pub(super) fn client(&mut self) -> Option<&mut Client> {
        match self {
            Self::Each(client) | Self::All(All::NotBegun(client)) => Some(client),
            Self::All(_) => None,
        }
    }

    /// The transaction of the next batch.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_>, Error> {
        match self {
            Self::Each(client) => begin(client).await,
            Self::All(all) => {
                *all = match std::mem::replace(all, All::Failed) {
                    All::NotBegun(client) => All::Begun(begin(client).await?),
                    begun => begun,
                };
                match all {
                    All::Begun(transaction) => {
                        conn::begin(transaction).await.map_err(Error::while_doing(BEGIN))
                    }
                    _ => Err(Error::new(ErrorKind::Poisoned, BEGIN)),
                }
            }
        }
    }

    /// The transaction in which the session ends.
    pub(super) async fn end(self) -> Result<Transaction<'c>, Error> {
        match self {
            Self::Each(client) | Self::All(All::NotBegun(client)) => begin(client).await,
            Self::All(All::Begun(transaction)) => Ok(transaction),
            Self::All(All::Failed) => {
                Err(Error::new(ErrorKind::Poisoned, "cannot finish the ingest"))
            }
        }
    }
}

/// Each statement has to see what was committed before it began: read committed, whatever the
/// session's default is.
async fn begin(client: &mut Client) -> Result<Transaction<'_>, Error> {
    conn::begin_read_committed(client).await.map_err(Error::while_doing(BEGIN))
}
