//! What the writers of an inserter and its run share: the rows for the next batch.

use super::writer::Durable;
use crate::copy::Page;
use crate::error::{Error, ErrorKind};
use crate::options::Linger;
use crate::session::Encoder;
use crate::table::RowOf;
use futures_util::FutureExt;
use futures_util::future::Shared as SharedFuture;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};

pub(super) const WRITE: &str = "cannot write a row";

/// What becomes of a batch.
pub(super) type Fate = SharedFuture<oneshot::Receiver<Result<(), Error>>>;

/// The rows for the next batch.
pub(super) struct Shared<W> {
    linger: Linger,
    state: Mutex<State<W>>,
}

struct State<W> {
    /// Collects rows, once it is known how they are encoded.
    encoder: Option<Encoder>,
    high_watermark: Option<W>,
    /// When the first of them came.
    since: Option<Instant>,
    fate: Fate,
    decides: oneshot::Sender<Result<(), Error>>,
    /// Why no more are taken.
    ended: Option<Error>,
    /// Whether all writers are gone.
    is_complete: bool,
    /// Writers that wait for room, in the order in which they came.
    waiting: BTreeMap<u64, Waker>,
    tickets: u64,
    run: Option<Waker>,
}

/// The rows of a batch, which no more are added to.
pub(super) struct Sealed<W> {
    pub(super) pages: Vec<Page>,
    pub(super) count: u64,
    pub(super) high_watermark: Option<W>,
    decides: oneshot::Sender<Result<(), Error>>,
}

impl<W> Sealed<W> {
    /// Tells those who wait for it what became of it. It may be that nobody waits.
    pub(super) fn decide(self, outcome: Result<(), Error>) {
        let _ = self.decides.send(outcome);
    }
}

/// When a batch is to be written.
enum Due {
    Now,
    At(Instant),
    Unknown,
    /// There is none, and none will come.
    Never,
}

pub(super) fn run_ended() -> Error {
    Error::new(ErrorKind::RunEnded, WRITE)
}

fn fate() -> (oneshot::Sender<Result<(), Error>>, Fate) {
    let (decides, decided) = oneshot::channel();
    (decides, decided.shared())
}

impl<W> Shared<W> {
    pub(super) fn new(linger: Linger) -> Self {
        let (decides, fate) = fate();
        let state = State {
            encoder: None,
            high_watermark: None,
            since: None,
            fate,
            decides,
            ended: None,
            is_complete: false,
            waiting: BTreeMap::new(),
            tickets: 0,
            run: None,
        };
        Self { linger, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        // The code of a row may have panicked: what it has left is taken back before the next.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Encodes a row, if there is room for it. The row and the high watermark are taken then.
    pub(super) fn poll_write<S: ?Sized, R: RowOf<S>>(
        &self,
        row: &mut Option<R>,
        high_watermark: &mut Option<W>,
        ticket: &mut Option<u64>,
        cx: &Context<'_>,
    ) -> Poll<Result<Durable, Error>> {
        let mut state = self.state();
        let State { encoder, ended, tickets, waiting, .. } = &mut *state;
        if let Some(error) = ended {
            return Poll::Ready(Err(error.clone()));
        }
        let is_full = |encoder: &Encoder| self.linger.is_reached(encoder.count(), encoder.bytes());
        let Some(encoder) = encoder.as_mut().filter(|encoder| !is_full(encoder)) else {
            let ticket = *ticket.get_or_insert_with(|| {
                *tickets += 1;
                *tickets
            });
            waiting.insert(ticket, cx.waker().clone());
            return Poll::Pending;
        };
        let Some(row) = row.take() else {
            return Poll::Ready(Err(Error::new(ErrorKind::Poisoned, WRITE)));
        };
        let is_first = encoder.count() == 0;
        encoder.push::<S, R>(row)?;
        let is_urgent = is_first || is_full(encoder);
        if high_watermark.is_some() {
            state.high_watermark = high_watermark.take();
        }
        state.since.get_or_insert_with(Instant::now);
        let durable = Durable(state.fate.clone());
        let run = is_urgent.then(|| state.run.take()).flatten();
        drop(state);
        run.into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(durable))
    }

    /// A writer waits no more.
    pub(super) fn leave(&self, ticket: u64) {
        self.state().waiting.remove(&ticket);
    }

    /// All writers are gone.
    pub(super) fn complete(&self) {
        let mut state = self.state();
        state.is_complete = true;
        let run = state.run.take();
        drop(state);
        run.into_iter().for_each(Waker::wake);
    }

    /// From now on rows are taken as this encodes them. Those that are there stay, if they are encoded alike.
    pub(super) fn open(&self, new: Encoder, has_sealed: bool) -> Result<(), Error> {
        let mut state = self.state();
        match &mut state.encoder {
            Some(old) if old.is_like(&new) => {}
            Some(old) if has_sealed || old.count() > 0 => return Err(Encoder::changed()),
            old => *old = Some(new),
        }
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_values().for_each(Waker::wake);
        Ok(())
    }

    /// No more rows are taken, and those that are there are not written.
    pub(super) fn end(&self, error: &Error) {
        let mut state = self.state();
        if state.ended.is_none() {
            state.ended = Some(error.clone());
        }
        state.encoder = None;
        let (decides, fate) = fate();
        state.fate = fate;
        let decides = std::mem::replace(&mut state.decides, decides);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        let _ = decides.send(Err(error.clone()));
        waiting.into_values().for_each(Waker::wake);
    }

    /// Waits until a batch is to be written. Returns `None` if all writers are gone.
    pub(super) async fn next(&self) -> Option<Sealed<W>> {
        let mut timer: Option<Pin<Box<Sleep>>> = None;
        poll_fn(|cx| {
            let mut state = self.state();
            match state.due(&self.linger) {
                Due::Now => return Poll::Ready(state.seal()),
                Due::Never => return Poll::Ready(None),
                Due::At(instant) => {
                    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(instant)));
                    if timer.as_mut().poll(cx).is_ready() {
                        return Poll::Ready(state.seal());
                    }
                }
                Due::Unknown => {}
            }
            state.run = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
        .map(|(sealed, waiting)| {
            waiting.into_values().for_each(Waker::wake);
            sealed
        })
    }
}

impl<W> State<W> {
    fn due(&self, linger: &Linger) -> Due {
        let Some(encoder) = self.encoder.as_ref().filter(|encoder| encoder.count() > 0) else {
            return if self.is_complete { Due::Never } else { Due::Unknown };
        };
        if self.is_complete || linger.is_reached(encoder.count(), encoder.bytes()) {
            return Due::Now;
        }
        let at = self.since.and_then(|since| since.checked_add(linger.period));
        match at {
            Some(at) if at <= Instant::now() => Due::Now,
            Some(at) => Due::At(at),
            None => Due::Unknown,
        }
    }

    /// The rows that are there, as a batch, and the writers for which there is room now.
    fn seal(&mut self) -> Option<(Sealed<W>, BTreeMap<u64, Waker>)> {
        let encoder = self.encoder.as_mut()?;
        let count = encoder.count();
        let pages = encoder.take();
        let (decides, fate) = fate();
        self.fate = fate;
        self.since = None;
        let decides = std::mem::replace(&mut self.decides, decides);
        let high_watermark = self.high_watermark.take();
        let sealed = Sealed { pages, count, high_watermark, decides };
        Some((sealed, std::mem::take(&mut self.waiting)))
    }
}
