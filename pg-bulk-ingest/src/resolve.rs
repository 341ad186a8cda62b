//! What became of a batch whose COMMIT was not answered.

use crate::catalog::transaction::{self, Status};
use crate::conn;
use crate::error::{Error, ErrorKind};
use std::time::{Duration, Instant};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

const RESOLVE: &str = "cannot find out whether the batch was committed";

/// How long a transaction that is still in progress is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the batch that an error ended: see [`Error::resolve`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was committed, as durably as any transaction.
    Committed,
    /// It was rolled back, and left nothing behind.
    RolledBack,
    /// It is neither yet: the server has not noticed that the connection was lost, or it waits for
    /// a standby.
    InProgress,
}

impl Error {
    /// Finds out what became of the batch, through another connection to the same server.
    ///
    /// After [`ErrorKind::CommitUnknown`] the server is asked (`txid_status`, PostgreSQL 10 and
    /// later); a transaction that is still in progress is waited for, for up to 5 seconds. After
    /// any other error the batch was rolled back, and nobody is asked.
    ///
    /// It is meant to be asked soon, before anything else is written: a server keeps the outcome of
    /// some hundred million transactions, and one that crashed, or was replaced by a standby, may
    /// have lost all traces of a transaction that was not committed, and give its id to the next.
    ///
    /// ```no_run
    /// use pg_bulk_ingest::{Error, Outcome};
    ///
    /// async fn is_there(error: Error, another: &tokio_postgres::Client) -> Result<bool, Error> {
    ///     match error.resolve(another).await? {
    ///         Outcome::Committed => Ok(true),
    ///         _ => Err(error),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the server no longer knows; any error of the server.
    pub async fn resolve(&self, client: &Client) -> Result<Outcome, Self> {
        let ErrorKind::CommitUnknown { transaction } = self.kind() else {
            return Ok(Outcome::RolledBack);
        };
        let start = Instant::now();
        loop {
            match status(client, *transaction).await? {
                Status::Committed => return Ok(Outcome::Committed),
                Status::Aborted => return Ok(Outcome::RolledBack),
                Status::InProgress if start.elapsed() >= PATIENCE => {
                    return Ok(Outcome::InProgress);
                }
                Status::InProgress => {
                    let pause = crate::lock::pause();
                    conn::execute(client, pause).await.map_err(Self::while_doing(RESOLVE))?;
                }
                Status::Forgotten => {
                    return Err(unsupported(format!(
                        "transaction {transaction} is so old that the server has forgotten it"
                    )));
                }
            }
        }
    }
}

async fn status(client: &Client, id: u64) -> Result<Status, Error> {
    let sql = transaction::status(id);
    let messages = match conn::query(client, &sql).await {
        Ok(messages) => messages,
        // No id so high was given yet: the server crashed, and of the transaction nothing had
        // reached the disk; a commit would have.
        Err(failure) => {
            let error = Error::server(failure, RESOLVE);
            return match error.code() {
                Some(&SqlState::INVALID_PARAMETER_VALUE) => Ok(Status::Aborted),
                _ => Err(error),
            };
        }
    };
    transaction::read(&messages).ok_or_else(|| unsupported("the answer is not understood"))
}

fn unsupported(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported { reason: reason.into() }, RESOLVE)
}
