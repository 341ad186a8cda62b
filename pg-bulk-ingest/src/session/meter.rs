//! How far a session is, and how long its phases take.

use super::spans::Spans;
use crate::connections::Lookout;
use crate::deadline::{Seen, Witness};
use crate::ident::QualifiedName;
use crate::options::OnRejected;
use crate::report::{Phase, Progress, Rejected};
use crate::wait::Wait;
use futures_util::future::BoxFuture;
use std::fmt;
use std::sync::atomic::{AtomicI32, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is called as an ingest goes on.
pub(crate) type OnProgress<'c> = Box<dyn FnMut(&Progress) + Send + 'c>;

/// Tells how far it is, and measures how long it takes.
pub(super) struct Meter<'c> {
    pub(super) spans: Spans,
    /// The names of the tables.
    pub(super) tables: Arc<str>,
    audience: Audience<'c>,
    phases: Phases,
    lookout: Option<Lookout<'c>>,
    now: Arc<Now>,
    /// Who is told of rows that are set aside.
    on_rejected: Option<Mutex<OnRejected<'c>>>,
}

/// What the session does now.
#[derive(Debug, Default)]
struct Now {
    /// The server's process that does it; 0: unknown.
    process: AtomicI32,
    /// The position of the phase among all.
    phase: AtomicU8,
}

/// Tells about waits in the middle of a phase.
pub(super) struct Waits<'c> {
    span: tracing::Span,
    audience: Audience<'c>,
    lookout: Option<Lookout<'c>>,
    now: Arc<Now>,
}

impl<'c> Witness<'c> for Waits<'c> {
    fn tell(&mut self, wait: Option<Wait>) {
        self.audience.tell_wait(wait);
    }

    fn unanswered(&mut self, waited: Duration) {
        let phase = Phase::ALL.get(usize::from(self.now.phase.load(Ordering::Relaxed)));
        let process = Some(self.now.process.load(Ordering::Relaxed)).filter(|found| *found > 0);
        tracing::warn!(
            parent: &self.span,
            phase = phase.map(tracing::field::display),
            process,
            ?waited,
            "the server has not answered: it works, or waits for what pg_blocking_pids() of its \
             process tells"
        );
    }

    fn look(&mut self) -> Option<BoxFuture<'c, Seen>> {
        let process = self.now.process.load(Ordering::Relaxed);
        self.lookout.as_ref().filter(|_| process > 0)?.look(process)
    }
}

/// Who is told how far it is.
#[derive(Clone)]
struct Audience<'c>(Option<Arc<Mutex<Told<'c>>>>);

struct Told<'c> {
    on_progress: OnProgress<'c>,
    /// What was told last, but for waits.
    last: Option<Progress>,
}

impl Audience<'_> {
    fn tell(&self, progress: &Progress) {
        let Some(told) = &self.0 else { return };
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told.last = Some(progress.clone());
        (told.on_progress)(progress);
    }

    fn tell_wait(&self, wait: Option<Wait>) {
        let Some(told) = &self.0 else { return };
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = told.last.clone() else { return };
        let phase = if wait.is_some() { Phase::Wait } else { last.phase };
        (told.on_progress)(&Progress { phase, wait, ..last });
    }
}

#[derive(Debug, Clone, Default)]
struct Phases {
    current: Option<(Phase, Instant)>,
    times: [Duration; Phase::ALL.len()],
}

impl<'c> Meter<'c> {
    pub(super) fn new(
        tables: &str,
        table: Option<QualifiedName>,
        on_progress: Option<OnProgress<'c>>,
        lookout: Option<Lookout<'c>>,
    ) -> Self {
        let spans = Spans::new(tables, table);
        let told = on_progress.map(|on_progress| Told { on_progress, last: None });
        let audience = Audience(told.map(|told| Arc::new(Mutex::new(told))));
        let (phases, now) = (Phases::default(), Arc::default());
        Self { spans, tables: tables.into(), audience, phases, lookout, now, on_rejected: None }
    }

    /// Rows that are set aside are told to this function.
    pub(super) fn call_on_rejected(&mut self, on_rejected: Option<OnRejected<'c>>) {
        self.on_rejected = on_rejected.map(Mutex::new);
    }

    /// Tells of rows that are set aside.
    pub(super) fn tell_rejected(&mut self, rejected: &[Rejected]) {
        if let Some(on_rejected) = &mut self.on_rejected {
            let told = on_rejected.get_mut().unwrap_or_else(PoisonError::into_inner);
            rejected.iter().for_each(told);
        }
    }

    /// Returns what tells about waits in the middle of a phase.
    pub(super) fn waits(&self) -> Waits<'c> {
        let Self { spans, audience, lookout, now, .. } = self;
        Waits {
            span: spans.ingest.clone(),
            audience: audience.clone(),
            lookout: lookout.clone(),
            now: Arc::clone(now),
        }
    }

    /// The server's process that serves the client from now on; 0: it is not known.
    pub(super) fn served_by(&self, process: i32) {
        self.now.process.store(process, Ordering::Relaxed);
    }

    /// A phase begins, and the one before ends.
    pub(super) fn enter(&mut self, progress: &Progress) {
        self.end_phase();
        self.spans.enter(progress);
        let Progress { batch, rows, phase, .. } = *progress;
        self.phases.current = Some((phase, Instant::now()));
        self.now.phase.store(phase as u8, Ordering::Relaxed);
        tracing::debug!(parent: &self.spans.ingest, batch, %phase, rows, "phase");
        self.tell(progress);
    }

    /// Tells how far it is.
    pub(super) fn tell(&mut self, progress: &Progress) {
        self.audience.tell(progress);
    }

    /// The phase ends; what follows is the caller's own.
    pub(super) fn leave(&mut self) {
        self.end_phase();
        self.spans.leave();
    }

    fn end_phase(&mut self) {
        if let Some((phase, start)) = self.phases.current.take() {
            self.phases.times[phase as usize] += start.elapsed();
        }
    }

    /// The time of each phase that occurred.
    pub(super) fn times(&self) -> Vec<(Phase, Duration)> {
        let times = Phase::ALL.iter().map(|phase| (*phase, self.phases.times[*phase as usize]));
        times.filter(|(_, time)| !time.is_zero()).collect()
    }
}

impl fmt::Debug for Meter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("phases", &self.phases).finish_non_exhaustive()
    }
}
