//! Wakes a task at a time, whatever executor polls it.
//!
//! A timer of tokio's panics in a runtime that was built without them, and fires at once where its
//! clock is paused, as in tests: neither is for what an ingest does without being asked.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

/// The alarms that are set, and the thread that they go off on.
struct Clock {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

struct Alarms {
    set: BTreeMap<(Instant, u64), Waker>,
    count: u64,
    is_running: bool,
    /// When the thread wakes up; `None`: when it is told to.
    wakes: Option<Instant>,
}

static CLOCK: Clock = Clock {
    alarms: Mutex::new(Alarms { set: BTreeMap::new(), count: 0, is_running: false, wakes: None }),
    changed: Condvar::new(),
};

impl Clock {
    fn alarms(&self) -> MutexGuard<'_, Alarms> {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets off alarms, for as long as the program runs. Without any set it sleeps.
    fn run(&self) {
        let mut alarms = self.alarms();
        loop {
            let now = Instant::now();
            let mut due = Vec::new();
            while let Some(entry) = alarms.set.first_entry()
                && entry.key().0 <= now
            {
                due.push(entry.remove());
            }
            if !due.is_empty() {
                drop(alarms);
                due.into_iter().for_each(Waker::wake);
                alarms = self.alarms();
                continue;
            }
            alarms.wakes = alarms.set.keys().next().map(|(at, _)| *at);
            alarms = match alarms.wakes {
                None => self.changed.wait(alarms).unwrap_or_else(PoisonError::into_inner),
                Some(at) => {
                    let left = at.saturating_duration_since(now);
                    let woken = self.changed.wait_timeout(alarms, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

/// Wakes a task once. Dropped, it does not.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    key: Option<(Instant, u64)>,
}

impl Alarm {
    /// Sets it, instead of what it was set to. Nothing is woken if no thread can be made for it.
    pub(super) fn set(&mut self, at: Instant, waker: &Waker) {
        let mut alarms = CLOCK.alarms();
        if let Some(key) = self.key.take() {
            alarms.set.remove(&key);
        }
        if !alarms.is_running {
            let thread = std::thread::Builder::new().name("pg-bulk-ingest".to_owned());
            alarms.is_running = thread.spawn(|| CLOCK.run()).is_ok();
        }
        alarms.count += 1;
        let key = (at, alarms.count);
        alarms.set.insert(key, waker.clone());
        self.key = Some(key);
        if alarms.wakes.is_none_or(|wakes| at < wakes) {
            alarms.wakes = Some(at);
            CLOCK.changed.notify_one();
        }
    }

    pub(super) fn clear(&mut self) {
        if let Some(key) = self.key.take() {
            CLOCK.alarms().set.remove(&key);
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Alarm;
    use std::sync::Arc;
    use std::sync::mpsc::{SyncSender, sync_channel};
    use std::task::{Wake, Waker};
    use std::time::{Duration, Instant};

    struct Woken(SyncSender<u8>, u8);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            let _ = self.0.send(self.1);
        }
    }

    #[test]
    fn alarms_go_off_in_order_unless_they_are_set_anew_or_dropped() {
        let (send, woken) = sync_channel(8);
        let waker = |number| Waker::from(Arc::new(Woken(send.clone(), number)));
        let at = |ms| Instant::now() + Duration::from_millis(ms);
        let [mut late, mut early, mut moved, mut dropped] = [(); 4].map(|()| Alarm::default());
        late.set(at(60), &waker(3));
        dropped.set(at(5), &waker(0));
        moved.set(at(3_600_000), &waker(0));
        moved.set(at(30), &waker(2));
        early.set(at(10), &waker(1));
        drop(dropped);
        assert_eq!([(); 3].map(|()| woken.recv()), [Ok(1), Ok(2), Ok(3)]);
    }
}
