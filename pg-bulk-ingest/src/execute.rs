//! Statements on a connection: several in one round trip, locks in attempts.

use crate::catalog::holders::{self, Holder};
use crate::error::{Error, ErrorKind};
use crate::ident::{Literal, QualifiedName, list};
use crate::options::Locks;
use crate::statement::Statement;
use std::time::{Duration, Instant};
use tokio_postgres::error::SqlState;
use tokio_postgres::{SimpleQueryMessage, Transaction};

/// Runs statements in one round trip.
pub(crate) async fn run(
    transaction: &Transaction<'_>,
    statements: &[Statement],
    action: &'static str,
) -> Result<(), Error> {
    if statements.is_empty() {
        return Ok(());
    }
    for statement in statements {
        tracing::debug!(sql = statement.sql(), purpose = statement.purpose(), "statement");
    }
    let sql = statements.iter().map(Statement::sql).collect::<Vec<_>>().join(";\n");
    transaction.batch_execute(&sql).await.map_err(Error::while_doing(action))
}

/// Runs a query that answers one row of numbers.
pub(crate) async fn numbers<const N: usize>(
    transaction: &Transaction<'_>,
    sql: &str,
    action: &'static str,
) -> Result<[u64; N], Error> {
    let messages = query(transaction, sql, action).await?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let number = |i| row.and_then(|row| row.get(i)).and_then(|text| text.parse().ok());
    Ok(std::array::from_fn(|i| number(i).unwrap_or_default()))
}

/// Runs queries in one round trip.
pub(crate) async fn query(
    transaction: &Transaction<'_>,
    sql: &str,
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    tracing::debug!(sql, "query");
    transaction.simple_query(sql).await.map_err(Error::while_doing(action))
}

/// A relation to lock.
#[derive(Debug, Clone)]
pub(crate) struct Lockable {
    pub(crate) name: QualifiedName,
    pub(crate) oid: u32,
}

/// What a lock is waited for with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting<'a> {
    pub(crate) locks: &'a Locks,
    /// The session's `lock_timeout`, as `SHOW` prints it.
    pub(crate) lock_timeout: &'a str,
    /// The server's `deadlock_timeout` in milliseconds.
    pub(crate) deadlock_timeout: u64,
}

const PUBLISH: &str = "cannot replace the table";
const STORE: &str = "cannot store the high watermark";

/// How long it is waited for a lock without terminating its holders, if they are not to be.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long it is gone on after holders were terminated first: a terminated session may take a
/// while to end, and others may come.
const PATIENCE_AFTER_TERMINATION: Duration = Duration::from_secs(60);

/// Locks tables in ACCESS EXCLUSIVE mode, in short attempts between which readers go on; in the
/// order of their names, so that two such never wait for each other.
pub(crate) async fn lock_exclusively(
    transaction: &Transaction<'_>,
    tables: &[Lockable],
    waiting: Waiting<'_>,
) -> Result<(), Error> {
    let mut tables = tables.to_vec();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    // A reader that waits for longer than deadlock_timeout looks for a deadlock, and would be the
    // one to end.
    let attempt = waiting.locks.attempt.min(Duration::from_millis(waiting.deadlock_timeout / 2));
    let attempt = attempt.max(Duration::from_millis(1)).as_millis();
    let sql = format!(
        "SAVEPOINT pg_bulk_ingest_lock;\n\
         SET LOCAL lock_timeout = {attempt};\n\
         LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;\n\
         SET LOCAL lock_timeout = {};\n\
         RELEASE SAVEPOINT pg_bulk_ingest_lock",
        list(tables.iter().map(|table| &table.name)),
        Literal(waiting.lock_timeout),
    );
    let start = Instant::now();
    let terminate_after = waiting.locks.terminate_after;
    let patience = terminate_after.map_or(PATIENCE, |after| after + PATIENCE_AFTER_TERMINATION);
    loop {
        match transaction.batch_execute(&sql).await {
            Ok(()) => return Ok(()),
            Err(error) if is_lock_not_available(&error) => {
                tracing::debug!(waited = ?start.elapsed(), "ACCESS EXCLUSIVE is not to be had yet");
                // Its own clock and dice: neither is needed here.
                let pause = "ROLLBACK TO SAVEPOINT pg_bulk_ingest_lock;\n\
                             SELECT pg_catalog.pg_sleep(0.05 + 0.1 * pg_catalog.random())";
                query(transaction, pause, PUBLISH).await?;
                let oids = tables.iter().map(|table| table.oid).collect::<Vec<_>>();
                if start.elapsed() >= patience {
                    return Err(locked(transaction, &oids, &[], "waited in vain", PUBLISH).await?);
                }
                if terminate_after.is_some_and(|after| start.elapsed() >= after) {
                    terminate(transaction, &oids).await?;
                }
            }
            Err(error) => return Err(Error::server(error, PUBLISH)),
        }
    }
}

fn is_lock_not_available(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

/// The modes of `pg_locks` that SHARE UPDATE EXCLUSIVE waits for.
const CONFLICTING_WITH_SHARE_UPDATE_EXCLUSIVE: &[&str] = &[
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

/// All modes of `pg_locks`.
const ALL_MODES: &[&str] = &[
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

async fn find_holders(
    transaction: &Transaction<'_>,
    oids: &[u32],
    modes: &[&str],
    action: &'static str,
) -> Result<Vec<Holder>, Error> {
    Ok(holders::read(&query(transaction, &holders::sql(oids, modes), action).await?))
}

/// The error that names the holders of locks.
async fn locked(
    transaction: &Transaction<'_>,
    oids: &[u32],
    modes: &[&str],
    reason: &str,
    action: &'static str,
) -> Result<Error, Error> {
    let modes = if modes.is_empty() { ALL_MODES } else { modes };
    let holders = find_holders(transaction, oids, modes, action).await?;
    let holders = holders.into_iter().map(|holder| holder.description).collect();
    Ok(Error::new(ErrorKind::Locked { holders, reason: reason.to_owned() }, action))
}

/// Terminates the sessions that hold locks on the tables.
async fn terminate(transaction: &Transaction<'_>, oids: &[u32]) -> Result<(), Error> {
    let holders = find_holders(transaction, oids, ALL_MODES, PUBLISH).await?;
    let refused = |reason: &str| {
        let holders = holders.iter().map(|holder| holder.description.clone()).collect();
        Error::new(ErrorKind::Locked { holders, reason: reason.to_owned() }, PUBLISH)
    };
    if holders.iter().any(|holder| holder.process.is_none()) {
        return Err(refused("a prepared transaction cannot be terminated, it has to be ended"));
    }
    for holder in &holders {
        let Some(process) = holder.process else {
            continue;
        };
        tracing::warn!(holder = holder.description, "terminating a session that is in the way");
        let sql = format!("SELECT pg_catalog.pg_terminate_backend({process})");
        match transaction.batch_execute(&sql).await {
            Ok(()) => {}
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                return Err(
                    refused("the role may not terminate the sessions in the way").caused_by(error)
                );
            }
            Err(error) => return Err(Error::server(error, PUBLISH)),
        }
    }
    Ok(())
}

/// Takes the lock that writing a comment takes, SHARE UPDATE EXCLUSIVE, which is waited for plainly
/// up to a bound, and then runs a query, all in one round trip. From here on nobody else changes
/// the comment.
pub(crate) async fn lock_for_comment(
    transaction: &Transaction<'_>,
    table: &Lockable,
    sql: &str,
    waiting: Waiting<'_>,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    let sql = format!(
        "SAVEPOINT pg_bulk_ingest_lock;\n\
         SET LOCAL lock_timeout = {};\n\
         LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE;\n\
         SET LOCAL lock_timeout = {};\n\
         RELEASE SAVEPOINT pg_bulk_ingest_lock;\n\
         {sql}",
        waiting.locks.watermark.as_millis().clamp(1, 2_147_483_647),
        table.name,
        Literal(waiting.lock_timeout),
    );
    match transaction.simple_query(&sql).await {
        Ok(messages) => Ok(messages),
        Err(error) if is_lock_not_available(&error) => {
            let back = "ROLLBACK TO SAVEPOINT pg_bulk_ingest_lock";
            query(transaction, back, STORE).await?;
            let modes = CONFLICTING_WITH_SHARE_UPDATE_EXCLUSIVE;
            let reason = "waited in vain for SHARE UPDATE EXCLUSIVE";
            let locked = locked(transaction, &[table.oid], modes, reason, STORE).await?;
            Err(locked.caused_by(error))
        }
        Err(error) => Err(Error::server(error, STORE)),
    }
}
