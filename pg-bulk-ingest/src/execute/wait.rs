//! Locks that are waited for in attempts, between which it is seen who is in the way.
//!
//! Who holds a lock cannot be asked on the connection while a statement of it waits, and a second
//! connection is not to be had behind every pooler. An attempt loses its place in the queue at its end:
//! each one is longer than the one before.

use super::{Waiting, query};
use crate::catalog::waits;
use crate::conn;
use crate::deadline::{self, Telling};
use crate::error::{Error, ErrorKind};
use crate::ident::QualifiedName;
use crate::lock::{self, Lock};
use crate::statement::{LockMode, rollback_to};
use crate::wait::Wait;
use std::time::{Duration, Instant};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage, Transaction};

/// How long the first attempt is, and so after how long it is told that a lock is waited for.
const FIRST: Duration = Duration::from_secs(1);

/// The longest time between two looks at who is in the way.
const LONGEST: Duration = Duration::from_secs(30);

/// Tells about a wait after a second, and again after twice the time each.
#[derive(Debug)]
pub(crate) struct Watch {
    start: Instant,
    pause: Duration,
    next: Duration,
    telling: Telling,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), pause: FIRST, next: FIRST, telling: Telling::new() }
    }

    pub(crate) fn waited(&self) -> Duration {
        self.start.elapsed()
    }

    /// Whether it is time to tell about it.
    pub(crate) fn is_due(&self) -> bool {
        self.waited() >= self.next
    }

    pub(crate) fn tell(&mut self, wait: Wait) {
        self.telling.tell(wait);
        self.pause = (self.pause * 2).min(LONGEST);
        self.next = self.waited() + self.pause;
    }
}

/// Takes locks, which are held to the end of the transaction, and then runs queries, all in one round
/// trip if nobody is in the way. They are waited for up to the bound, up to the session's
/// `lock_timeout`, and up to the time that the server has to answer; without any of these, for good.
pub(crate) async fn acquire(
    transaction: &Transaction<'_>,
    lock: &Lock<'_>,
    then: &str,
    bound: Option<Duration>,
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    let mut watch = Watch::new();
    let bound = bound.into_iter().chain(milliseconds(waiting.lock_timeout)).min();
    let timeout = deadline::timeout();
    // Long enough for PostgreSQL to end an autovacuum that is in the way, and to find a deadlock.
    let mut length = FIRST.max(Duration::from_millis(waiting.deadlock_timeout + 100));
    // The look at who is in the way has to come before the server is given up.
    let longest = timeout.map_or(LONGEST.max(length), |timeout| timeout / 2);
    loop {
        let left = bound.into_iter().chain(timeout).min();
        let left = left.map_or(longest, |bound| bound.saturating_sub(watch.waited()));
        let attempt = lock.attempt(length.min(longest).min(left), waiting.lock_timeout);
        tracing::debug!(sql = attempt, "lock");
        let error = match conn::attempt(transaction, &format!("{attempt};\n{then}")).await {
            Ok(messages) => return Ok(messages),
            Err(error) => error,
        };
        let code = error.db_error().map(|error| error.code().clone());
        if code != Some(SqlState::LOCK_NOT_AVAILABLE) {
            return Err(Error::server(error, action));
        }
        query(transaction, &rollback_to(lock::ATTEMPT), action).await?;
        let wait = look(transaction, lock, watch.waited(), action).await?;
        let waited = watch.waited();
        if let Some(after) = timeout.filter(|timeout| waited >= *timeout) {
            return Err(timed_out(after, wait, action));
        }
        if bound.is_some_and(|bound| waited >= bound) {
            return Err(locked(&wait, action).caused_by(Error::server(error, action)));
        }
        if watch.is_due() {
            watch.tell(wait);
        }
        length = (length * 2).min(LONGEST);
    }
}

/// Looks who is in the way.
pub(crate) async fn look(
    transaction: &Transaction<'_>,
    lock: &Lock<'_>,
    waited: Duration,
    action: &'static str,
) -> Result<Wait, Error> {
    let oids = lock.tables.iter().map(|table| table.oid).collect::<Vec<_>>();
    let modes = lock::conflicting(lock.mode);
    let sql = waits::sql(&oids, lock.and_children, modes, &lock.keys);
    let found = waits::read(&query(transaction, &sql, action).await?);
    // The advisory locks are taken first: only who has one of them is in the way.
    let is_ingested = found.iter().any(|one| one.table.is_none());
    let in_the_way = found.into_iter().filter(|one| one.table.is_none() == is_ingested);
    let in_the_way = in_the_way.collect::<Vec<_>>();
    let awaited = match lock.mode {
        LockMode::None => ADVISORY.to_owned(),
        _ if is_ingested => ADVISORY.to_owned(),
        mode => mode.to_string(),
    };
    let first = match awaited == ADVISORY {
        true => lock.ingested.first(),
        false => lock.tables.first().map(|table| &table.name),
    };
    let table = in_the_way.iter().find_map(|one| one.table.clone()).or(first.cloned());
    let holders = in_the_way.into_iter().map(|one| one.description).collect();
    Ok(Wait { table, holders, ..Wait::new(awaited, waited) })
}

const ADVISORY: &str = "another ingest's advisory lock";

/// The attempts to look at tables outside a transaction, which takes ACCESS SHARE. They are waited for
/// as [`acquire`] does.
#[derive(Debug)]
pub(crate) struct Attempts {
    watch: Watch,
    length: Duration,
}

impl Attempts {
    pub(crate) fn new() -> Self {
        Self { watch: Watch::new(), length: FIRST }
    }

    /// How long the next one may be.
    pub(crate) fn length(&self) -> Duration {
        deadline::timeout().map_or(self.length, |timeout| self.length.min(timeout / 2))
    }

    /// One failed. Returns the error if that is for good, and is to be called with that which is not
    /// about locks, too.
    pub(crate) async fn failed(
        &mut self,
        client: &Client,
        names: &[QualifiedName],
        failed: Error,
        action: &'static str,
    ) -> Result<(), Error> {
        if failed.code() != Some(&SqlState::LOCK_NOT_AVAILABLE) {
            return Err(failed);
        }
        let sql = waits::of_names(names);
        let messages = conn::query(client, &sql).await;
        let messages = messages.map_err(Error::while_doing(action))?;
        let found = waits::read(&messages);
        let waited = self.watch.waited();
        let table = found.iter().find_map(|one| one.table.clone());
        let awaited = match table {
            Some(_) => "ACCESS SHARE",
            None => "ACCESS SHARE on what depends on the tables",
        };
        let holders = found.into_iter().map(|one| one.description).collect();
        let wait = Wait { table, holders, ..Wait::new(awaited, waited) };
        if let Some(after) = deadline::timeout().filter(|timeout| waited >= *timeout) {
            return Err(timed_out(after, wait, action));
        }
        let bound = waits::lock_timeout(&messages).and_then(milliseconds);
        if bound.is_some_and(|bound| waited >= bound) {
            return Err(locked(&wait, action).caused_by(failed));
        }
        if self.watch.is_due() {
            self.watch.tell(wait);
        }
        self.length = (self.length * 2).min(LONGEST);
        Ok(())
    }
}

/// The error of a lock that was not granted in time.
pub(crate) fn locked(wait: &Wait, action: &'static str) -> Error {
    let reason = format!("timed out waiting for {}", wait.lock());
    let kind = ErrorKind::Locked { holders: wait.holders.clone(), reason };
    wait.table.iter().fold(Error::new(kind, action), Error::in_table)
}

fn timed_out(after: Duration, wait: Wait, action: &'static str) -> Error {
    let table = wait.table.clone();
    let kind = ErrorKind::Timeout { after, wait: Some(Box::new(wait)) };
    table.iter().fold(Error::new(kind, action), Error::in_table)
}

/// A time as `SHOW` prints it, in the largest unit in which it is a whole number; none is 0.
fn milliseconds(setting: &str) -> Option<Duration> {
    let digits = setting.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = setting.split_at(digits);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let number = number.parse::<u64>().ok().filter(|number| *number > 0)?;
    Some(Duration::from_millis(number.saturating_mul(factor)))
}

#[cfg(test)]
mod tests {
    use super::milliseconds;
    use std::time::Duration;

    #[test]
    fn a_setting_is_read_as_show_prints_it() {
        for (setting, expected) in
            [("0", None), ("77s", Some(77_000)), ("1500ms", Some(1_500)), ("5min", Some(300_000))]
        {
            assert_eq!(milliseconds(setting), expected.map(Duration::from_millis), "{setting}");
        }
    }
}
