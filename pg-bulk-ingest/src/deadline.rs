//! How long the server may take to answer, and who is told what is waited for meanwhile.

mod alarm;
mod cancel;
mod sentry;

pub(crate) use cancel::Canceler;
pub(crate) use sentry::{Seen, Witness};

use crate::error::{Error, ErrorKind, Failure};
use crate::wait::Wait;
use futures_util::future::join_all;
use sentry::{Post, Reason, Sentry};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres::{CancelToken, Client};

tokio::task_local! {
    /// That of the session whose work is being polled. It is not handed down from function to
    /// function, since what waits is deep below what knows the settings.
    static SCOPE: Scope;
}

/// What the places that wait need of the session.
struct Scope {
    deadline: Option<Deadline>,
    post: Arc<Post>,
}

fn post() -> Option<Arc<Post>> {
    SCOPE.try_with(|scope| Arc::clone(&scope.post)).ok()
}

/// The deadline of the session whose work is being polled.
fn deadline() -> Option<Deadline> {
    SCOPE.try_with(|scope| scope.deadline.clone()).ok().flatten()
}

/// Returns how long the server may take to answer, if there is a bound.
pub(crate) fn timeout() -> Option<Duration> {
    deadline().map(|deadline| deadline.timeout)
}

/// Logs what is waited for.
fn log(wait: &Wait) {
    tracing::warn!(
        table = wait.table.as_ref().map(tracing::field::display),
        lock = wait.awaited,
        holders = wait.holders.join(", "),
        waited = ?wait.waited,
        "waiting for what others hold"
    );
}

/// Tells about waits for locks that are taken in attempts.
#[derive(Debug)]
pub(crate) struct Telling {
    // Outside a session nobody is concerned.
    post: Option<Arc<Post>>,
    is_told: bool,
}

impl Telling {
    pub(crate) fn new() -> Self {
        Self { post: post(), is_told: false }
    }

    /// Tells what is waited for.
    pub(crate) fn tell(&mut self, wait: Wait) {
        log(&wait);
        if let Some(post) = &self.post {
            post.tell(Some(wait));
            self.is_told = true;
        }
    }
}

/// The wait is over, whatever its end.
impl Drop for Telling {
    fn drop(&mut self) {
        if let Some(post) = self.post.as_ref().filter(|_| self.is_told) {
            post.tell(None);
        }
    }
}

/// The longest that one answer of the server, or one send of a chunk, may take.
#[derive(Clone)]
pub(crate) struct Deadline {
    timeout: Duration,
    own: CancelToken,
    /// Those of the further connections that are in use.
    further: Arc<Mutex<Vec<CancelToken>>>,
    canceler: Canceler,
}

impl Deadline {
    pub(crate) fn new(
        timeout: Duration,
        client: &Client,
        canceler: Canceler,
    ) -> Result<Self, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            let reason = "`timeout` needs a tokio runtime".to_owned();
            let action = "cannot start the ingest";
            return Err(Error::new(ErrorKind::Unsupported { reason }, action));
        }
        Ok(Self { timeout, own: client.cancel_token(), further: Arc::default(), canceler })
    }

    fn further(&self) -> Vec<CancelToken> {
        self.further.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the server to give up what it does for the session, on each of its connections.
    async fn give_up(&self) {
        let ask = async |token: CancelToken| match tokio::time::timeout(
            self.timeout,
            self.canceler.cancel(&token),
        )
        .await
        {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(
                ?error,
                "the server could not be asked to give up; `cancel_with` says how it can be"
            ),
            Err(_) => tracing::warn!("the server could not be asked to give up in time"),
        };
        join_all(std::iter::once(self.own.clone()).chain(self.further()).map(ask)).await;
    }
}

/// From now on these are the further connections on which the server works for the session whose work
/// is being polled.
pub(crate) fn works_on(further: impl IntoIterator<Item = CancelToken>) {
    if let Some(deadline) = deadline() {
        let mut tokens = deadline.further.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = further.into_iter().collect();
    }
}

/// Does what asks the server, each [`answer`] within the deadline. What is waited for is told while
/// the work goes on.
pub(crate) async fn within<F: Future>(
    deadline: Option<Deadline>,
    mut witness: impl Witness<'_>,
    work: F,
) -> F::Output {
    let post = Arc::new(Post::default());
    let mut sentry = Sentry::new(deadline.as_ref().map(|deadline| deadline.timeout));
    let mut work = pin!(SCOPE.scope(Scope { deadline, post: Arc::clone(&post) }, work));
    poll_fn(|cx| {
        let polled = work.as_mut().poll(cx);
        post.told().into_iter().for_each(|wait| witness.tell(wait));
        match polled.is_pending() {
            true => sentry.poll(cx, &post, &mut witness),
            false => sentry.end(&post, &mut witness),
        }
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

/// Waits for an answer for which the server does nothing and takes no lock: if it does not come, nobody
/// is there who works for this connection.
pub(crate) async fn answer_at_once<T>(
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Failure> {
    let what = "the server, which does not answer at all: a connection pooler may have none free";
    give_up_late(Reason::Certain(what), answer).await?.map_err(Failure::Driver)
}

/// Waits for the answer to an attempt to take a lock, of which the caller tells if it fails.
pub(crate) async fn answer_attempt<T>(
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Failure> {
    give_up_late(Reason::Attempt, answer).await?.map_err(Failure::Driver)
}

/// Waits for the server.
///
/// If it takes too long it is asked, on connections of their own, to give up: what it holds would
/// stay locked otherwise, even once the client is gone.
pub(crate) async fn in_time<T>(awaited: impl Future<Output = T>) -> Result<T, Failure> {
    give_up_late(Reason::Unknown, awaited).await
}

async fn give_up_late<T>(reason: Reason, awaited: impl Future<Output = T>) -> Result<T, Failure> {
    let late = match bounded(reason, awaited).await {
        Ok(output) => return Ok(output),
        Err(late) => late,
    };
    if let Some(deadline) = deadline() {
        deadline.give_up().await;
    }
    Err(late)
}

/// Waits for what is not asked of the session's server, which is not told to give up anything.
pub(crate) async fn in_time_elsewhere<T>(
    what: &'static str,
    awaited: impl Future<Output = T>,
) -> Result<T, Failure> {
    bounded(Reason::Certain(what), awaited).await
}

async fn bounded<T>(reason: Reason, awaited: impl Future<Output = T>) -> Result<T, Failure> {
    let question = Question::new(reason);
    let Some(timeout) = timeout() else { return Ok(awaited.await) };
    tokio::time::timeout(timeout, awaited).await.map_err(|_| {
        tracing::warn!(?timeout, "the server did not answer in time");
        Failure::Timeout(timeout, question.known().map(Box::new))
    })
}

/// Something that is asked for.
struct Question {
    post: Option<Arc<Post>>,
    number: u64,
}

impl Question {
    fn new(reason: Reason) -> Self {
        let post = post();
        let number = post.as_ref().map_or(0, |post| post.ask(reason));
        Self { post, number }
    }

    fn known(&self) -> Option<Wait> {
        self.post.as_ref()?.known(self.number)
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        if let Some(post) = &self.post {
            post.came(self.number);
        }
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadline").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
