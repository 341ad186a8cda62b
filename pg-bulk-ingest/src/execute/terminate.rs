//! The end of sessions that stand in the way of a lock.

use super::query;
use crate::catalog::holders::{self, Holder};
use crate::conn;
use crate::error::{Error, ErrorKind};
use crate::lock;
use crate::statement::LockMode;
use std::time::Duration;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

/// How long a lock is waited for if its holders are not to be terminated.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long the lock is tried for after the first termination: a terminated session may take a while
/// to end, and others may come.
const PATIENCE_AFTER_TERMINATION: Duration = Duration::from_secs(60);

/// How long after the first termination holders that have just come are terminated, too: where each
/// transaction is longer than an attempt, and the next one begins before it ends, the lock would never
/// be granted otherwise.
const FORBEARANCE: Duration = Duration::from_secs(30);

/// Which sessions are terminated for a lock that is taken in attempts, and when.
///
/// The holder of a lock at one moment may be a reader that ends in the next millisecond, and would have
/// held up nobody. So a session is terminated only if the same transaction of it was in the way in the
/// look before, and with that through a whole attempt.
#[derive(Debug)]
pub(super) struct Termination {
    after: Option<Duration>,
    /// The modes that are in the way.
    modes: &'static [&'static str],
    /// Who was in the way in the look before.
    before: Vec<Holder>,
}

impl Termination {
    pub(super) fn new(after: Option<Duration>, mode: LockMode) -> Self {
        Self { after, modes: lock::conflicting(mode), before: Vec::new() }
    }

    /// How long the lock is waited for.
    pub(super) fn patience(&self) -> Duration {
        self.after.map_or(PATIENCE, |after| after + PATIENCE_AFTER_TERMINATION)
    }

    /// Reads who holds locks on the tables after an attempt that failed, if it is time for that, and
    /// terminates the sessions that did so before the attempt.
    pub(super) async fn look(
        &mut self,
        transaction: &Transaction<'_>,
        oids: &[u32],
        waited: Duration,
        action: &'static str,
    ) -> Result<(), Error> {
        let Some(since) = self.after.and_then(|after| waited.checked_sub(after)) else {
            return Ok(());
        };
        let sql = holders::sql(oids, self.modes);
        let now = holders::read(&query(transaction, &sql, action).await?);
        let stayed = stayed(&self.before, &now);
        if stayed.iter().any(|holder| holder.process.is_none()) {
            let reason = "a prepared transaction cannot be terminated, it has to be ended";
            return Err(held(&stayed, reason, action));
        }
        let ended = if since >= FORBEARANCE { now.iter().collect() } else { stayed };
        for holder in &ended {
            let Some(process) = holder.process else { continue };
            tracing::warn!(holder = holder.description, "terminating a session that is in the way");
            let sql = lock::terminate(process, &holder.transaction);
            match conn::execute(transaction, &sql).await {
                Ok(()) => {}
                Err(error) => {
                    let error = Error::server(error, action);
                    if error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
                        return Err(error);
                    }
                    let reason = "the role may not terminate the sessions in the way";
                    return Err(held(&ended, reason, action).caused_by(error));
                }
            }
        }
        self.before = now;
        Ok(())
    }
}

/// Who is in the way now and was so before, in the same transaction.
fn stayed<'a>(before: &[Holder], now: &'a [Holder]) -> Vec<&'a Holder> {
    let was = |holder: &&Holder| before.iter().any(|one| one.is_same(holder));
    now.iter().filter(was).collect()
}

/// The error that names the holders of locks that are not terminated.
fn held(holders: &[&Holder], reason: &str, action: &'static str) -> Error {
    let holders = holders.iter().map(|holder| holder.description.clone()).collect();
    Error::new(ErrorKind::Locked { holders, reason: reason.to_owned() }, action)
}

#[cfg(test)]
mod tests {
    use super::{Holder, stayed};

    #[test]
    fn who_has_begun_another_transaction_or_has_just_come_did_not_stay() {
        let holder = |process, transaction: &str, description: &str| Holder {
            process,
            transaction: transaction.to_owned(),
            description: description.to_owned(),
        };
        let before = [
            holder(Some(1), "3/7", "idle"),
            holder(Some(2), "4/1", "one short transaction"),
            holder(Some(3), "5/1", "gone"),
            holder(Some(4), "6/1", "prepared meanwhile"),
            holder(None, "-1/700", "prepared"),
        ];
        let now = [
            holder(Some(1), "3/7", "idle"),
            holder(Some(2), "4/2", "the next one of the same session"),
            // The number of a session that has ended is given anew.
            holder(Some(5), "5/1", "another session"),
            holder(Some(6), "8/1", "just come"),
            holder(None, "-1/700", "prepared"),
            holder(None, "-1/701", "prepared meanwhile"),
        ];
        let stayed = stayed(&before, &now);
        let stayed = stayed.iter().map(|holder| &*holder.description).collect::<Vec<_>>();
        assert_eq!(stayed, ["idle", "prepared"]);
    }
}
