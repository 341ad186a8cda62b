//! How long the server may take to answer.

use crate::error::{Error, ErrorKind, Failure};
use std::fmt;
use std::future::Future;
use std::time::Duration;
use tokio_postgres::{CancelToken, Client, NoTls};

tokio::task_local! {
    /// That of the session whose work is being polled. It is not handed down from function to
    /// function, since what waits is deep below what knows the settings.
    static DEADLINE: Option<Deadline>;
}

/// The longest that one answer of the server, or one send of a chunk, may take.
#[derive(Clone)]
pub(crate) struct Deadline {
    timeout: Duration,
    cancel: CancelToken,
}

impl Deadline {
    pub(crate) fn new(timeout: Duration, client: &Client) -> Result<Self, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            let reason = "`timeout` needs a tokio runtime".to_owned();
            let action = "cannot start the ingest";
            return Err(Error::new(ErrorKind::Unsupported { reason }, action));
        }
        Ok(Self { timeout, cancel: client.cancel_token() })
    }
}

/// Does what asks the server, each [`answer`] within the deadline.
pub(crate) async fn within<F: Future>(deadline: Option<Deadline>, work: F) -> F::Output {
    DEADLINE.scope(deadline, work).await
}

/// Waits for an answer of the server.
pub(crate) async fn answer<T>(
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Failure> {
    in_time(answer).await?.map_err(Failure::Driver)
}

/// Waits for the server.
///
/// If it takes too long it is asked, on a connection of its own, to give up: what it holds would
/// stay locked otherwise, even once the client is gone.
pub(crate) async fn in_time<T>(awaited: impl Future<Output = T>) -> Result<T, Failure> {
    let late = match in_time_elsewhere(awaited).await {
        Ok(output) => return Ok(output),
        Err(late) => late,
    };
    let Ok(Some(Deadline { timeout, cancel })) = DEADLINE.try_with(Clone::clone) else {
        return Err(late);
    };
    let canceled = tokio::time::timeout(timeout, cancel.cancel_query(NoTls)).await;
    if !matches!(canceled, Ok(Ok(()))) {
        tracing::warn!(?canceled, "the server could not be asked to give up");
    }
    Err(late)
}

/// Waits for what is not asked of the session's server, which is not told to give up anything.
pub(crate) async fn in_time_elsewhere<T>(awaited: impl Future<Output = T>) -> Result<T, Failure> {
    let Ok(Some(Deadline { timeout, .. })) = DEADLINE.try_with(Clone::clone) else {
        return Ok(awaited.await);
    };
    tokio::time::timeout(timeout, awaited).await.map_err(|_| {
        tracing::warn!(?timeout, "the server did not answer in time");
        Failure::Timeout(timeout)
    })
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadline").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
