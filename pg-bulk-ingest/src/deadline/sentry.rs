//! Sees to it that a wait is told, wherever it happens.
//!
//! While a statement waits its connection says nothing, so who is in the way is asked on another,
//! where there is one. Without it, it cannot be told whether the server waits or works.

use super::alarm::Alarm;
use crate::wait::Wait;
use futures_util::future::BoxFuture;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// After how long it is told that something is waited for.
const FIRST: Duration = Duration::from_secs(1);

/// The longest time between two looks.
const LONGEST: Duration = Duration::from_secs(30);

/// After how long it is told that the server has not answered, where it cannot be told why: most
/// statements that take a second work.
const UNEXPLAINED: Duration = Duration::from_secs(10);

/// What the server does, seen from another connection.
#[derive(Debug)]
pub(crate) enum Seen {
    Waits(Wait),
    Works,
    /// It could not be seen.
    Nothing,
}

/// Who is told about waits, and who finds out about them.
pub(crate) trait Witness<'c> {
    /// What is waited for, or that the wait is over.
    fn tell(&mut self, wait: Option<Wait>);

    /// The server has not answered, and why is unknown.
    fn unanswered(&mut self, waited: Duration);

    /// Looks what the server does, if there is another place to look from.
    fn look(&mut self) -> Option<BoxFuture<'c, Seen>>;
}

/// Nobody.
impl Witness<'static> for () {
    fn tell(&mut self, _: Option<Wait>) {}

    fn unanswered(&mut self, _: Duration) {}

    fn look(&mut self) -> Option<BoxFuture<'static, Seen>> {
        None
    }
}

/// Something that was asked for and has not come.
#[derive(Debug, Clone, Copy)]
struct Asked {
    number: u64,
    since: Instant,
    reason: Reason,
}

/// Why something that was asked for does not come.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reason {
    /// The server works, or waits for what others hold.
    Unknown,
    /// It can only be that this is waited for.
    Certain(&'static str),
    /// A lock is waited for in an attempt; whoever made it looks and tells.
    Attempt,
}

/// What is asked for and told while work goes on.
#[derive(Debug, Default)]
pub(super) struct Post {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    told: Vec<Option<Wait>>,
    asked: Vec<Asked>,
    count: u64,
    last: Option<Wait>,
}

impl Post {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, wait: Option<Wait>) {
        self.state().told.push(wait);
    }

    pub(super) fn told(&self) -> Vec<Option<Wait>> {
        std::mem::take(&mut self.state().told)
    }

    /// Something is asked for. Returns its number.
    pub(super) fn ask(&self, reason: Reason) -> u64 {
        let mut state = self.state();
        state.count += 1;
        let number = state.count;
        state.asked.push(Asked { number, since: Instant::now(), reason });
        number
    }

    /// It came, or is not waited for any more.
    pub(super) fn came(&self, number: u64) {
        self.state().asked.retain(|asked| asked.number != number);
    }

    /// What is waited for in what has this number, as far as it is known.
    pub(super) fn known(&self, number: u64) -> Option<Wait> {
        let state = self.state();
        let asked = state.asked.iter().find(|asked| asked.number == number)?;
        match asked.reason {
            Reason::Certain(what) => Some(Wait::new(what, asked.since.elapsed())),
            Reason::Unknown | Reason::Attempt => state.last.clone(),
        }
    }

    /// What has been asked for longest, but for attempts.
    fn oldest(&self) -> Option<Asked> {
        let state = self.state();
        state.asked.iter().find(|asked| !matches!(asked.reason, Reason::Attempt)).copied()
    }
}

/// Watches what is asked for.
pub(super) struct Sentry<'c> {
    alarm: Alarm,
    first: Duration,
    /// What is watched.
    number: u64,
    pause: Duration,
    next: Duration,
    look: Option<BoxFuture<'c, Seen>>,
    is_told: bool,
}

impl<'c> Sentry<'c> {
    pub(super) fn new(timeout: Option<Duration>) -> Self {
        // The look has to come before the server is given up.
        let first = timeout.map_or(FIRST, |timeout| FIRST.min(timeout / 2));
        let (alarm, pause, next) = (Alarm::default(), first, first);
        Self { alarm, first, number: 0, pause, next, look: None, is_told: false }
    }

    /// Looks after what is asked for. The task is woken when there is something to do again.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        post: &Post,
        witness: &mut impl Witness<'c>,
    ) {
        let Some(asked) = post.oldest() else { return self.end(post, witness) };
        if asked.number != self.number {
            self.end(post, witness);
            self.number = asked.number;
            (self.pause, self.next) = (self.first, self.first);
        }
        loop {
            let seen = self.look.as_mut().map(|look| look.as_mut().poll(cx));
            let waited = asked.since.elapsed();
            if let Some(Poll::Ready(seen)) = seen {
                self.look = None;
                match seen {
                    Seen::Waits(wait) => self.tell(Wait { waited, ..wait }, post, witness),
                    Seen::Works => self.tell_end(post, witness),
                    Seen::Nothing if waited >= UNEXPLAINED => witness.unanswered(waited),
                    Seen::Nothing => {}
                }
            }
            if waited < self.next {
                break;
            }
            self.pause = (self.pause * 2).min(LONGEST);
            self.next = waited + self.pause;
            if let Reason::Certain(what) = asked.reason {
                self.tell(Wait::new(what, waited), post, witness);
                continue;
            }
            let is_looking = self.look.is_some();
            if !is_looking {
                self.look = witness.look();
            }
            if (is_looking || self.look.is_none()) && waited >= UNEXPLAINED {
                witness.unanswered(waited);
            }
        }
        self.alarm.set(asked.since + self.next, cx.waker());
    }

    fn tell(&mut self, wait: Wait, post: &Post, witness: &mut impl Witness<'c>) {
        super::log(&wait);
        post.state().last = Some(wait.clone());
        witness.tell(Some(wait));
        self.is_told = true;
    }

    fn tell_end(&mut self, post: &Post, witness: &mut impl Witness<'c>) {
        if self.is_told {
            post.state().last = None;
            witness.tell(None);
            self.is_told = false;
        }
    }

    /// Nothing is waited for any more.
    pub(super) fn end(&mut self, post: &Post, witness: &mut impl Witness<'c>) {
        self.alarm.clear();
        self.look = None;
        self.number = 0;
        self.tell_end(post, witness);
    }
}
