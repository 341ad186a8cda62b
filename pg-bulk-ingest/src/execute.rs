//! Statements on a connection: several in one round trip, locks in attempts.

mod parts;
mod terminate;
mod wait;

pub(crate) use parts::{Failed, query_parts};
pub(crate) use wait::{Attempts, Watch, acquire};

use crate::catalog::probe;
use crate::catalog::{self, Server};
use crate::conn;
use crate::error::{Error, ErrorKind, Failure};
use crate::ident::QualifiedName;
use crate::lock::{self, Lock, Lockable};
use crate::options::Locks;
use crate::statement::{LockMode, Statement, rollback_to, script};
use parts::send;
use std::time::Duration;
use terminate::Termination;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{Client, SimpleQueryMessage, Transaction};
use wait::{locked, look};

/// Sends the first of the two messages that tell whether a connection is in a transaction that
/// somebody else began. Returns the server's version.
pub(crate) async fn probe(client: &Client, action: &'static str) -> Result<u32, Error> {
    match conn::query_at_once(client, probe::sql()).await {
        Ok(messages) => probe::read(&messages).ok_or_else(|| {
            let reason = "the catalog's answer is not understood".to_owned();
            Error::new(ErrorKind::Unsupported { reason }, action)
        }),
        Err(error) => {
            let error = Error::server(error, action);
            Err(match error.code() {
                Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => {
                    Error::new(ErrorKind::InTransaction, action).caused_by(error)
                }
                _ => error,
            })
        }
    }
}

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
        log(statement);
    }
    let sql = script(statements);
    conn::execute(transaction, &sql).await.map_err(Error::while_doing(action))
}

fn log(statement: &Statement) {
    let (sql, purpose) = (statement.sql(), statement.purpose());
    if statement.drops_data() {
        tracing::warn!(sql, purpose, "statement that drops data");
    } else {
        tracing::debug!(sql, purpose, "statement");
    }
}

/// Runs statements in one round trip. The error of one that is for a view names the view.
pub(crate) async fn run_for_views(
    transaction: &Transaction<'_>,
    statements: &[Statement],
    action: &'static str,
) -> Result<(), Error> {
    let ran = run_one_by_one(transaction, statements, action).await;
    ran.map_err(|(error, failed)| match failed.and_then(Statement::view) {
        Some(view) => error.of_view(view),
        None => error,
    })
}

/// Runs statements in one round trip. The error of one shows it.
pub(crate) async fn run_shown(
    transaction: &Transaction<'_>,
    statements: &[Statement],
    action: &'static str,
) -> Result<(), Error> {
    let ran = run_one_by_one(transaction, statements, action).await;
    ran.map_err(|(error, failed)| match failed {
        Some(failed) => error.in_statement(failed.sql()),
        None => error,
    })
}

/// Runs statements in one round trip. With an error comes the statement that failed.
async fn run_one_by_one<'s>(
    transaction: &Transaction<'_>,
    statements: &'s [Statement],
    action: &'static str,
) -> Result<(), (Error, Option<&'s Statement>)> {
    if statements.is_empty() {
        return Ok(());
    }
    statements.iter().for_each(log);
    let parts = statements.iter().map(Statement::sql).collect::<Vec<_>>();
    match send(transaction, &parts, action).await {
        Ok(_) => Ok(()),
        Err((error, failed)) => Err((error, statements.get(failed.part))),
    }
}

/// Reads the catalog in a message of its own, outside a transaction.
pub(crate) async fn read_catalog(
    client: &Client,
    query: &str,
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    let sql = catalog::alone(query);
    let mut reads = 0;
    loop {
        let read = conn::query(client, &sql).await.map_err(Error::while_doing(action));
        reads += 1;
        match read {
            Err(error) if reads < READS && met_a_change(&error) => {}
            read => return read,
        }
    }
}

/// How often the catalog is read at most, where other sessions change it meanwhile.
pub(crate) const READS: usize = 10;

/// Whether the catalog could not be read since another session dropped what it printed: PostgreSQL's
/// functions that print definitions look things up anew, and not as of the query's snapshot.
pub(crate) fn met_a_change(error: &Error) -> bool {
    error.code() == Some(&SqlState::INTERNAL_ERROR)
}

/// Runs queries in one round trip.
pub(crate) async fn query(
    transaction: &Transaction<'_>,
    sql: &str,
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    tracing::debug!(sql, "query");
    conn::query(transaction, sql).await.map_err(Error::while_doing(action))
}

/// Runs queries of which the first to answer a row answers one of numbers. NULL counts as 0.
pub(crate) async fn numbers<const N: usize>(
    transaction: &Transaction<'_>,
    sql: &str,
    action: &'static str,
) -> Result<[u64; N], Error> {
    Ok(read_numbers(&query(transaction, sql, action).await?))
}

/// Reads the first row as numbers. NULL counts as 0.
fn read_numbers<const N: usize>(messages: &[SimpleQueryMessage]) -> [u64; N] {
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let number = |i| row.and_then(|row| row.get(i)).and_then(|text| text.parse().ok());
    std::array::from_fn(|i| number(i).unwrap_or_default())
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

impl<'a> Waiting<'a> {
    pub(crate) fn new(locks: &'a Locks, server: &'a Server) -> Self {
        let Server { lock_timeout, deadlock_timeout, .. } = server;
        Self { locks, lock_timeout, deadlock_timeout: *deadlock_timeout }
    }

    /// How long an attempt may be behind which others queue. One that waits for longer than
    /// `deadlock_timeout` looks for a deadlock, and would be the one to end.
    fn attempt(self) -> Duration {
        self.locks.attempt.min(Duration::from_millis(self.deadlock_timeout / 2))
    }
}

/// Locks tables in ACCESS EXCLUSIVE mode, in short attempts between which readers go on; in the
/// order of their names, so that two such never wait for each other.
pub(crate) async fn lock_exclusively(
    transaction: &Transaction<'_>,
    tables: &[Lockable],
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<(), Error> {
    let mut sorted = tables.iter().collect::<Vec<_>>();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let sql = lock::exclusive(&sorted, waiting.attempt(), waiting.lock_timeout);
    let lock = Lock::tables(tables, LockMode::AccessExclusive);
    in_attempts(transaction, &sql, &lock, waiting, action).await
}

/// Runs statements that take their locks themselves, all of them in one short attempt after another.
pub(crate) async fn run_in_attempts(
    transaction: &Transaction<'_>,
    statements: &[Statement],
    lock: &Lock<'_>,
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<(), Error> {
    statements.iter().for_each(log);
    let sql = script(statements);
    let attempt = lock::statements(&sql, waiting.attempt(), waiting.lock_timeout);
    let ran = in_attempts(transaction, &attempt, lock, waiting, action).await;
    ran.map_err(|error| error.in_statement(&sql))
}

/// Tries until the locks are granted that others queue behind. Between two attempts these go on.
async fn in_attempts(
    transaction: &Transaction<'_>,
    sql: &str,
    lock: &Lock<'_>,
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<(), Error> {
    let oids = lock.tables.iter().map(|table| table.oid).collect::<Vec<_>>();
    let pause = format!("{};\n{}", rollback_to(lock::ATTEMPT), lock::pause());
    let mut watch = Watch::new();
    let mut termination = Termination::new(waiting.locks.terminate_after, lock.mode);
    loop {
        match conn::attempt(transaction, sql).await {
            Ok(_) => return Ok(()),
            Err(error) if !is_lock_not_available(&error) => {
                return Err(Error::server(error, action));
            }
            Err(_) => {}
        }
        tracing::debug!(waited = ?watch.waited(), "the lock is not granted yet");
        query(transaction, &pause, action).await?;
        let waited = watch.waited();
        if waited >= termination.patience() {
            return Err(locked(&look(transaction, lock, waited, action).await?, action));
        }
        if watch.is_due() {
            watch.tell(look(transaction, lock, waited, action).await?);
        }
        termination.look(transaction, &oids, waited, action).await?;
    }
}

fn is_lock_not_available(error: &Failure) -> bool {
    error.db_error().map(DbError::code).is_some_and(|code| {
        *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

/// Drops a table if its lock is to be had in one attempt.
pub(crate) async fn try_drop(
    transaction: &Transaction<'_>,
    table: &QualifiedName,
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<(), Error> {
    let sql = lock::drop_table(table, waiting.attempt(), waiting.lock_timeout);
    match conn::execute(transaction, &sql).await {
        Ok(()) => Ok(()),
        Err(error) if is_lock_not_available(&error) => {
            query(transaction, &rollback_to(lock::ATTEMPT), action).await.map(|_| ())
        }
        Err(error) => Err(Error::server(error, action)),
    }
}

/// Takes the lock that writing a comment takes, SHARE UPDATE EXCLUSIVE, which is waited for up to a
/// bound, and then runs a query, all in one round trip. From here on nobody else changes the comment.
pub(crate) async fn lock_for_comment(
    transaction: &Transaction<'_>,
    table: &Lockable,
    sql: &str,
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    let lock = Lock::only(table, LockMode::ShareUpdateExclusive);
    acquire(transaction, &lock, sql, Some(waiting.locks.comment_lock_timeout), waiting, action)
        .await
}

/// Takes SHARE ROW EXCLUSIVE, with which writers of a table wait and readers do not, and then runs a
/// query that returns a number, if any, all in one round trip.
pub(crate) async fn keep_writers_out(
    transaction: &Transaction<'_>,
    table: &Lockable,
    sql: &str,
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<u64, Error> {
    let lock = Lock::tables(std::slice::from_ref(table), LockMode::ShareRowExclusive);
    let messages = acquire(transaction, &lock, sql, None, waiting, action).await?;
    let [number] = read_numbers(&messages);
    Ok(number)
}

/// Waits until SHARE UPDATE EXCLUSIVE is granted, and runs a query under it; then releases it.
///
/// `CREATE INDEX CONCURRENTLY` holds it, and waits for every transaction that has a snapshot, as one
/// that waits for it has: one of the two would be ended by the deadlock that it is. An attempt
/// therefore is a transaction of its own, that ends before the other looks for a deadlock. It is
/// long enough for PostgreSQL to end an autovacuum that is in the way.
pub(crate) async fn await_shared(
    client: &mut Client,
    lock: &Lock<'_>,
    sql: &str,
    waiting: Waiting<'_>,
    action: &'static str,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    let mut watch = Watch::new();
    let bound = Duration::from_millis(waiting.deadlock_timeout + 100);
    let sql = format!("{};\n{sql}", lock.attempt(bound, waiting.lock_timeout));
    loop {
        let transaction = conn::begin(client).await.map_err(Error::while_doing(action))?;
        let error = match conn::attempt(&transaction, &sql).await {
            Ok(messages) => {
                let released = conn::roll_back(transaction).await;
                return released.map(|()| messages).map_err(Error::while_doing(action));
            }
            Err(error) if is_lock_not_available(&error) => Error::server(error, action),
            Err(error) => return Err(Error::server(error, action)),
        };
        query(&transaction, &rollback_to(lock::ATTEMPT), action).await?;
        let wait = look(&transaction, lock, watch.waited(), action).await?;
        conn::roll_back(transaction).await.map_err(Error::while_doing(action))?;
        if watch.waited() >= waiting.locks.comment_lock_timeout {
            return Err(locked(&wait, action).caused_by(error));
        }
        if watch.is_due() {
            watch.tell(wait);
        }
        let pause = conn::query(client, lock::pause()).await;
        pause.map_err(Error::while_doing(action))?;
    }
}
