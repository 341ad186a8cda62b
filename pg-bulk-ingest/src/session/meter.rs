//! How far a session is, and how long its phases take.

use crate::report::{Phase, Progress};
use std::fmt;
use std::time::{Duration, Instant};

/// What is called as an ingest goes on.
pub(crate) type OnProgress<'c> = Box<dyn FnMut(&Progress) + Send + 'c>;

/// Tells how far it is, and measures how long it takes.
pub(super) struct Meter<'c> {
    pub(super) span: tracing::Span,
    on_progress: Option<OnProgress<'c>>,
    phases: Phases,
}

#[derive(Debug, Clone, Default)]
struct Phases {
    current: Option<(Phase, Instant)>,
    times: [Duration; Phase::ALL.len()],
}

impl<'c> Meter<'c> {
    pub(super) fn new(span: tracing::Span, on_progress: Option<OnProgress<'c>>) -> Self {
        Self { span, on_progress, phases: Phases::default() }
    }

    /// A phase begins, and the one before ends.
    pub(super) fn enter(&mut self, progress: &Progress) {
        self.leave();
        let Progress { batch, rows, phase, .. } = *progress;
        self.phases.current = Some((phase, Instant::now()));
        tracing::debug!(parent: &self.span, batch, %phase, rows, "phase");
        self.tell(progress);
    }

    /// Tells how far it is.
    pub(super) fn tell(&mut self, progress: &Progress) {
        if let Some(on_progress) = &mut self.on_progress {
            on_progress(progress);
        }
    }

    /// The phase ends; what follows is the caller's own.
    pub(super) fn leave(&mut self) {
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
