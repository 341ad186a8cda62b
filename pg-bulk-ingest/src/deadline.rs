//! How long the server may take to answer, and who is told what is waited for meanwhile.

use crate::error::{Error, ErrorKind, Failure};
use crate::wait::Wait;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres::{CancelToken, Client, NoTls};

tokio::task_local! {
    /// That of the session whose work is being polled. It is not handed down from function to
    /// function, since what waits is deep below what knows the settings.
    static SCOPE: Scope;
}

/// What the places that wait need of the session.
struct Scope {
    deadline: Option<Deadline>,
    waits: Waits,
}

/// What is waited for and has not been told yet; `None`: a wait is over.
type Waits = Arc<Mutex<Vec<Option<Wait>>>>;

/// The deadline of the session whose work is being polled.
fn deadline() -> Option<Deadline> {
    SCOPE.try_with(|scope| scope.deadline.clone()).ok().flatten()
}

/// Returns how long the server may take to answer, if there is a bound.
pub(crate) fn timeout() -> Option<Duration> {
    deadline().map(|deadline| deadline.timeout)
}

/// Tells whom it concerns what is waited for, or that the wait is over.
pub(crate) fn tell(wait: Option<Wait>) {
    // Outside a session nobody is concerned.
    let _ = SCOPE.try_with(|scope| {
        scope.waits.lock().unwrap_or_else(PoisonError::into_inner).push(wait);
    });
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

/// Does what asks the server, each [`answer`] within the deadline. What is waited for is told while
/// the work goes on.
pub(crate) async fn within<F: Future>(
    deadline: Option<Deadline>,
    mut told: impl FnMut(Option<Wait>),
    work: F,
) -> F::Output {
    let waits = Waits::default();
    let scope = Scope { deadline, waits: Arc::clone(&waits) };
    let mut work = pin!(SCOPE.scope(scope, work));
    poll_fn(|cx| {
        let polled = work.as_mut().poll(cx);
        let new = std::mem::take(&mut *waits.lock().unwrap_or_else(PoisonError::into_inner));
        new.into_iter().for_each(&mut told);
        polled
    })
    .await
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
    let Some(Deadline { timeout, cancel }) = deadline() else { return Err(late) };
    let canceled = tokio::time::timeout(timeout, cancel.cancel_query(NoTls)).await;
    if !matches!(canceled, Ok(Ok(()))) {
        tracing::warn!(?canceled, "the server could not be asked to give up");
    }
    Err(late)
}

/// Waits for what is not asked of the session's server, which is not told to give up anything.
pub(crate) async fn in_time_elsewhere<T>(awaited: impl Future<Output = T>) -> Result<T, Failure> {
    let Some(timeout) = timeout() else { return Ok(awaited.await) };
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
