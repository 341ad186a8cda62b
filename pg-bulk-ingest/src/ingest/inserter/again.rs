//! Connecting again after an error, and whether what was not committed may be written then.

use crate::error::{BoxError, Error, ErrorKind};
use crate::options::Backoff;
use crate::resolve::Outcome;
use futures_util::future::BoxFuture;
use std::fmt;
use std::future::Future;
use tokio_postgres::Client;

type Connect<'c> = dyn FnMut() -> BoxFuture<'c, Result<Client, BoxError>> + Send + 'c;

/// Makes another connection in the place of one that was lost.
pub(super) struct Reconnect<'c> {
    connect: Box<Connect<'c>>,
    backoff: Backoff,
    attempt: u32,
}

/// Whether the batch that was under way was committed, where that is not known yet.
enum Last {
    RolledBack,
    Unknown(Error),
}

impl<'c> Reconnect<'c> {
    pub(super) fn new<E, F, Fut>(mut connect: F, backoff: Backoff) -> Self
    where
        E: Into<BoxError>,
        F: FnMut() -> Fut + Send + 'c,
        Fut: Future<Output = Result<Client, E>> + Send + 'c,
    {
        let connect = move || -> BoxFuture<'c, _> {
            let connecting = connect();
            Box::pin(async move { connecting.await.map_err(Into::into) })
        };
        Self { connect: Box::new(connect), backoff, attempt: 0 }
    }

    /// A batch was committed.
    pub(super) fn begin_anew(&mut self) {
        self.attempt = 0;
    }

    /// Connects again after an error, and finds out what became of the batch that was under way. Returns the
    /// connection, and whether it was committed.
    pub(super) async fn connect(&mut self, mut error: Error) -> Result<(Client, bool), Error> {
        let mut last = match error.kind() {
            ErrorKind::CommitUnknown { .. } => Last::Unknown(error.clone()),
            _ => Last::RolledBack,
        };
        loop {
            // Another ingest of the source carries on: what is not committed here may come by it.
            let is_over = matches!(error.kind(), ErrorKind::ConcurrentIngest { .. });
            let is_unknown = matches!(error.kind(), ErrorKind::CommitUnknown { .. });
            let may_succeed = !is_over && (error.is_transient() || is_unknown);
            let delay = self.backoff.delay(self.attempt).filter(|_| may_succeed);
            let Some(delay) = delay else { return Err(last.or(error)) };
            self.attempt += 1;
            tracing::warn!(%error, ?delay, attempt = self.attempt, "the inserter is going to connect again");
            tokio::time::sleep(delay).await;
            let client = match (self.connect)().await {
                Ok(client) => client,
                Err(source) => {
                    let kind = ErrorKind::WorkerConnect;
                    error = Error::new(kind, "cannot connect again").caused_by(source);
                    continue;
                }
            };
            let Last::Unknown(unknown) = &last else { return Ok((client, false)) };
            match unknown.resolve(&client).await {
                Ok(Outcome::Committed) => return Ok((client, true)),
                Ok(Outcome::RolledBack) => return Ok((client, false)),
                Ok(Outcome::InProgress) => error = unknown.clone(),
                Err(failed) => error = failed,
            }
            last = Last::Unknown(unknown.clone());
        }
    }
}

impl Last {
    /// The error to end with: that of the batch, if it is not known whether it was committed.
    fn or(self, error: Error) -> Error {
        match self {
            Self::Unknown(unknown) => unknown,
            Self::RolledBack => error,
        }
    }
}

impl fmt::Debug for Reconnect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconnect").field("backoff", &self.backoff).finish_non_exhaustive()
    }
}
