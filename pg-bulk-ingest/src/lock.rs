//! Locks, as SQL.

use crate::ident::{Ident, Literal, QualifiedName, list};
use crate::statement::{LockMode, savepoint};
use std::time::Duration;

/// A relation to lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lockable {
    pub(crate) name: QualifiedName,
    pub(crate) oid: u32,
    /// Whether it is a view or materialized view.
    pub(crate) is_view: bool,
}

impl Lockable {
    pub(crate) fn table(name: QualifiedName, oid: u32) -> Self {
        Self { name, oid, is_view: false }
    }

    pub(crate) fn view(name: QualifiedName, oid: u32) -> Self {
        Self { name, oid, is_view: true }
    }
}

/// The savepoint around an attempt to take a lock.
pub(crate) const ATTEMPT: &str = "pg_bulk_ingest_lock";

/// Which ingests a batch keeps out, by advisory locks that are held to the end of its transaction.
#[derive(Debug, Clone)]
pub(crate) struct Claim<'a> {
    /// The ingested tables.
    pub(crate) names: &'a [QualifiedName],
    /// Whether those of other sources of these tables go on beside it.
    pub(crate) is_shared: bool,
    /// The source, where each has a high watermark of its own.
    pub(crate) source: Option<&'a str>,
}

impl<'a> Claim<'a> {
    /// Keeps out all others.
    pub(crate) fn whole(names: &'a [QualifiedName]) -> Self {
        Self { names, is_shared: false, source: None }
    }

    /// The keys of the tables' locks, in the order in which all take them.
    fn tables(&self) -> Vec<i64> {
        let mut keys = self.names.iter().map(advisory_key).collect::<Vec<_>>();
        keys.sort_unstable();
        keys
    }

    /// The key of the lock that ingests of one source, whose high watermark is that of the first table,
    /// keep from each other.
    fn of_its_source(&self) -> Option<i64> {
        let (first, source) = (self.names.first()?, self.source?);
        Some(signed(first.digest_with(source)))
    }

    /// The key of the lock by which another ingest of the same source is noticed: of the first table, whose
    /// high watermark it is.
    pub(crate) fn key_of_overlap(&self) -> Option<i64> {
        self.of_its_source().or(self.names.first().map(advisory_key))
    }

    fn sql(&self) -> String {
        let function =
            if self.is_shared { "pg_advisory_xact_lock_shared" } else { "pg_advisory_xact_lock" };
        let of_tables = self.tables().into_iter().map(|key| (function, key));
        let of_source = self.of_its_source().map(|key| ("pg_advisory_xact_lock", key));
        // In one statement, which calls them in this order.
        let lock = |(function, key)| format!("pg_catalog.{function}({key})");
        format!("SELECT {}", list(of_tables.chain(of_source).map(lock)))
    }

    fn keys(&self) -> Vec<i64> {
        self.tables().into_iter().chain(self.of_its_source()).collect()
    }
}

/// Takes the lock under which a table of high watermarks is created, by one session at a time.
pub(crate) fn creation(table: &QualifiedName) -> String {
    format!("SELECT pg_catalog.pg_advisory_xact_lock({})", advisory_key(table))
}

/// Locks that are taken together, and what tells who is in their way.
#[derive(Debug, Clone)]
pub(crate) struct Lock<'a> {
    /// The statements that take them, in order.
    pub(crate) sql: String,
    /// The tables whose advisory locks are taken.
    pub(crate) ingested: &'a [QualifiedName],
    /// The keys of the advisory locks.
    pub(crate) keys: Vec<i64>,
    /// The tables that are locked themselves.
    pub(crate) tables: &'a [Lockable],
    /// The mode in which these are locked.
    pub(crate) mode: LockMode,
    /// Whether their partitions and other children are locked too.
    pub(crate) and_children: bool,
}

impl<'a> Lock<'a> {
    /// The locks under which a batch is loaded: those that keep ingests of one table from mixing, and
    /// then that of whoever writes to the tables that exist.
    ///
    /// Of a table on which the role has grants for columns alone, these are given: `LOCK TABLE` is
    /// refused there, so it is locked by a plan to insert into them, which runs nothing.
    pub(crate) fn of_batch(
        claim: &Claim<'a>,
        tables: &'a [Lockable],
        by_columns: &[(QualifiedName, Vec<&str>)],
    ) -> Self {
        let mode = LockMode::RowExclusive;
        let mut sql = claim.sql();
        for Lockable { name, .. } in tables {
            let columns = by_columns.iter().find(|(of, _)| of == name);
            sql.push_str(&match columns {
                None => format!(";\nLOCK TABLE ONLY {name} IN {mode} MODE"),
                Some((_, columns)) => {
                    let nulls = list(columns.iter().map(|_| "NULL"));
                    let columns = list(columns.iter().map(|column| Ident::new(*column)));
                    format!(
                        ";\nEXPLAIN INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE \
                         SELECT {nulls} WHERE false"
                    )
                }
            });
        }
        Self { sql, ingested: claim.names, keys: claim.keys(), tables, mode, and_children: false }
    }

    /// The locks by which another ingest of the same source is waited for.
    pub(crate) fn of_overlap(claim: &Claim<'a>) -> Self {
        let keys = claim.key_of_overlap().into_iter().collect::<Vec<_>>();
        let lock = |key: &i64| format!("SELECT pg_catalog.pg_advisory_xact_lock({key})");
        let sql = keys.iter().map(lock).collect();
        let (ingested, mode) = (claim.names, LockMode::None);
        Self { sql, ingested, keys, tables: &[], mode, and_children: false }
    }

    /// A table by `LOCK TABLE`, without its children.
    pub(crate) fn only(table: &'a Lockable, mode: LockMode) -> Self {
        let sql = format!("LOCK TABLE ONLY {} IN {mode} MODE", table.name);
        let tables = std::slice::from_ref(table);
        Self { sql, ingested: &[], keys: Vec::new(), tables, mode, and_children: false }
    }

    /// Tables by `LOCK TABLE`, with their children.
    pub(crate) fn tables(tables: &'a [Lockable], mode: LockMode) -> Self {
        let names = list(tables.iter().map(|table| &table.name));
        let sql = format!("LOCK TABLE {names} IN {mode} MODE");
        Self { sql, ingested: &[], keys: Vec::new(), tables, mode, and_children: true }
    }

    /// The locks that statements take themselves, of which they wait for those of these relations.
    pub(crate) fn of_statements(relations: &'a [Lockable], mode: LockMode) -> Self {
        let (ingested, keys, tables) = (&[], Vec::new(), relations);
        Self { sql: String::new(), ingested, keys, tables, mode, and_children: false }
    }

    /// One attempt to take them.
    pub(crate) fn attempt(&self, bound: Duration, lock_timeout: &str) -> String {
        within(bound, lock_timeout, &self.sql)
    }
}

/// The key of the advisory lock of a table, the same for every client.
fn advisory_key(name: &QualifiedName) -> i64 {
    signed(name.digest())
}

fn signed(digest: u64) -> i64 {
    i64::from_ne_bytes(digest.to_ne_bytes())
}

/// One attempt to drop a table.
pub(crate) fn drop_table(name: &QualifiedName, attempt: Duration, lock_timeout: &str) -> String {
    within(attempt, lock_timeout, &format!("DROP TABLE IF EXISTS {name}"))
}

/// One attempt to lock relations in ACCESS EXCLUSIVE mode.
///
/// `LOCK TABLE` of a view would lock all that it reads, too, and of a materialized view is refused.
/// A view is locked alone by moving it to the schema in which it is, which changes nothing. One
/// that is gone meanwhile is none of those that hang on the table.
pub(crate) fn exclusive(relations: &[&Lockable], attempt: Duration, lock_timeout: &str) -> String {
    let tables = relations.iter().filter(|one| !one.is_view).map(|table| &table.name);
    let views = relations.iter().filter(|one| one.is_view);
    let mut locks = vec![format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", list(tables))];
    locks.extend(views.map(|view| {
        let (name, schema) = (&view.name, view.name.schema_ident());
        format!("ALTER TABLE IF EXISTS {name} SET SCHEMA {schema}")
    }));
    within(attempt, lock_timeout, &locks.join(";\n"))
}

/// One attempt to run statements that take their locks themselves.
pub(crate) fn statements(statements: &str, attempt: Duration, lock_timeout: &str) -> String {
    within(attempt, lock_timeout, statements)
}

/// Waits for a lock up to a bound; afterwards `lock_timeout` is what it was.
fn within(bound: Duration, lock_timeout: &str, lock: &str) -> String {
    // 0 would be no bound at all, and the setting is an i32.
    let bound = bound.as_millis().clamp(1, 2_147_483_647);
    let lock_timeout = Literal(lock_timeout);
    savepoint(
        ATTEMPT,
        &format!(
            "SET LOCAL lock_timeout = {bound};\n{lock};\nSET LOCAL lock_timeout = {lock_timeout}"
        ),
    )
}

/// Waits between two attempts, for a time that differs from session to session. The server's clock
/// and dice serve for it.
pub(crate) fn pause() -> &'static str {
    "SELECT pg_catalog.pg_sleep(0.05 + 0.1 * pg_catalog.random())"
}

/// Terminates a session if it is still in a transaction, by its number in `pg_locks`, and so in the way.
pub(crate) fn terminate(process: i32, transaction: &str) -> String {
    let transaction = Literal(transaction);
    format!(
        "SELECT pg_catalog.pg_terminate_backend(holder.pid) FROM (
            SELECT DISTINCT l.pid FROM pg_catalog.pg_locks l
            WHERE l.pid = {process} AND l.virtualtransaction = {transaction}
                AND l.locktype = 'relation' AND l.granted
        ) holder"
    )
}

/// The modes of `pg_locks` that a mode waits for (PostgreSQL documentation, chapter "Explicit
/// Locking").
pub(crate) fn conflicting(mode: LockMode) -> &'static [&'static str] {
    // From the strongest: what a mode waits for is a beginning of these.
    static MODES: [&str; 8] = [
        "AccessExclusiveLock",
        "ExclusiveLock",
        "ShareRowExclusiveLock",
        "ShareLock",
        "ShareUpdateExclusiveLock",
        "RowExclusiveLock",
        "RowShareLock",
        "AccessShareLock",
    ];
    // It alone does not wait for its own.
    static OF_SHARE: [&str; 5] = [
        "AccessExclusiveLock",
        "ExclusiveLock",
        "ShareRowExclusiveLock",
        "ShareUpdateExclusiveLock",
        "RowExclusiveLock",
    ];
    match mode {
        LockMode::None => &[],
        LockMode::RowExclusive => &MODES[..4],
        LockMode::ShareUpdateExclusive => &MODES[..5],
        LockMode::Share => &OF_SHARE,
        LockMode::ShareRowExclusive => &MODES[..6],
        LockMode::AccessExclusive => &MODES,
    }
}
