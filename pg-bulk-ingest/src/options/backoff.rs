//! How often, and after how long, it is tried again to connect.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

/// How long an [inserter](crate::Inserter::reconnect) waits before it connects again: each time twice as long
/// as before, less up to a half of it at random, so that many programs do not come at the same time. A batch
/// that is committed begins it anew.
///
/// ```
/// use pg_bulk_ingest::Backoff;
///
/// // It gives up after some five minutes.
/// let backoff = Backoff { max_times: Some(40), ..Backoff::default() };
/// # let _ = backoff;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Backoff {
    /// The first delay.
    pub min_delay: Duration,
    /// The longest delay.
    pub max_delay: Duration,
    /// How often it is tried without a batch that is committed; `None`: without end.
    pub max_times: Option<u32>,
}

/// From 100 ms to 10 s, without end.
impl Default for Backoff {
    fn default() -> Self {
        let (min_delay, max_delay) = (Duration::from_millis(100), Duration::from_secs(10));
        Self { min_delay, max_delay, max_times: None }
    }
}

impl Backoff {
    /// The delay before this attempt, which is counted from 0; `None` if there is none any more.
    pub(crate) fn delay(&self, attempt: u32) -> Option<Duration> {
        if self.max_times.is_some_and(|times| attempt >= times) {
            return None;
        }
        let doubled = self.min_delay.saturating_mul(2_u32.saturating_pow(attempt));
        let longest = doubled.min(self.max_delay);
        // The hasher's key is random.
        let random = RandomState::new().hash_one(attempt) % 1024;
        let share = u32::try_from(random).unwrap_or_default();
        Some(longest - longest / 2048 * share)
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn delays_are_doubled_up_to_the_longest() {
        let backoff = Backoff::default();
        for (attempt, longest) in [(0, 100), (1, 200), (3, 800), (7, 10_000), (5_000, 10_000)] {
            let longest = Duration::from_millis(longest);
            let delay = backoff.delay(attempt).unwrap();
            assert!(delay <= longest && delay >= longest / 2, "{attempt}: {delay:?}");
        }
        let bounded = Backoff { max_times: Some(2), ..backoff };
        assert!(bounded.delay(1).is_some());
        assert_eq!(bounded.delay(2), None);
    }
}
