//! The views that depend on tables that are replaced.

use super::carry::{Planned, grant, has_row_security};
use super::core::Core;
use super::enum_type;
use super::refusal::unreadable;
use super::target::Target;
use crate::carry::Swapped;
use crate::catalog::{self, FoundEnum, LiveTable, Server, View, view_attached, views};
use crate::deadline::answer_at_once;
use crate::definition::{Column, Table};
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::ident::QualifiedName;
use crate::lock::Lockable;
use crate::plan::{self, Keeping};
use crate::statement::{begin_savepoint, release, rollback_to};
use crate::views::{self as carry, Carried, Refused, Replaced, Role};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage, Transaction};

const CHECK: &str = "cannot replace the table";
const PUBLISH: &str = "cannot replace the table";

/// The savepoint before views are read and locked.
const SAVEPOINT: &str = "pg_bulk_ingest_views";

/// How often views are read again because they changed before they were locked.
const READINGS: usize = 10;

/// Refuses, before the load, what keeps the views that depend on a table from being carried over.
/// Returns what is going to be done for them.
pub(super) async fn check(
    client: &mut Client,
    server: &Server,
    found: &[FoundEnum],
    Swapped { live: name, fresh }: &Swapped,
    live: &LiveTable,
    definition: &'static Table,
    keeping: Keeping<'_>,
) -> Result<Planned, Error> {
    let views = execute::read_catalog(client, &views::sql(&[live.oid]), CHECK).await?;
    let views = read(&views, CHECK)?;
    if views.is_empty() {
        return Ok(Planned::default());
    }
    let sql = view_attached::sql(live.oid, views.iter().map(|view| view.oid));
    let attached = view_attached::read(&execute::read_catalog(client, &sql, CHECK).await?);
    if !attached.is_empty() {
        return Err(Error::new(ErrorKind::DependentObjects { objects: attached }, CHECK));
    }
    let defined = definition.columns().iter().map(|column| -> &str { Column::name(column) });
    let columns = defined.chain(keeping.columns_that_stay()).collect::<Vec<_>>();
    carry::check(&views, live.oid, &columns)
        .map_err(|refused| refusal(refused, &server.role, CHECK))?;
    if server.temp {
        rehearse(client, found, name, definition, keeping, &views).await?;
    }
    let replaced = [Replaced { oid: live.oid, name: name.clone(), fresh: fresh.clone() }];
    let role = Role { name: &server.role, creates_schemas: server.create };
    let Carried { before, drop, after: views, .. } = carry::carry(&views, &replaced, role);
    Ok(Planned { before, drop, views, ..Planned::default() })
}

/// Makes the views over the definition, in a transaction that is rolled back.
async fn rehearse(
    client: &mut Client,
    found: &[FoundEnum],
    name: &QualifiedName,
    definition: &'static Table,
    keeping: Keeping<'_>,
    views: &[View],
) -> Result<(), Error> {
    let mut statements = plan::create_enum_types(&enum_type::of(definition), found);
    statements.extend(carry::rehearse(views, name, |temporary| {
        let mut create = vec![plan::create_fresh(temporary, definition, keeping, "of its views")];
        create.extend(plan::create_indexes(temporary, definition));
        create
    }));
    let transaction =
        answer_at_once(client.transaction()).await.map_err(Error::while_doing(CHECK))?;
    let rehearsed = execute::run_for_views(&transaction, &statements, CHECK).await;
    answer_at_once(transaction.rollback()).await.map_err(Error::while_doing(CHECK))?;
    match rehearsed {
        // The session has a temporary table of that name: it is seen in earnest.
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_TABLE) => Ok(()),
        rehearsed => rehearsed,
    }
}

/// Locks the tables that are replaced, the views that depend on them and the other relations, in ACCESS
/// EXCLUSIVE mode, after all has been done that takes long. Returns what is left to do under the lock.
pub(super) async fn lock(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
    others: &[Lockable],
) -> Result<Carried, Error> {
    let replaced = targets.iter().filter_map(|target| {
        let (live, current) = (target.replaces.as_ref()?, target.current.as_ref()?);
        let (name, fresh) = (target.name.clone(), current.name.clone());
        Some(Replaced { oid: live.oid, name, fresh })
    });
    let replaced = replaced.collect::<Vec<_>>();
    let oids = replaced.iter().map(|table| table.oid).collect::<Vec<_>>();
    let sql = catalog::isolated(&views::sql(&oids));
    let state_sql = catalog::isolated(&views::state_sql(&oids));
    let is_hidden = has_row_security(transaction, targets).await?;
    let creates_schemas = core.server.create && !is_hidden;
    let role = Role { name: &core.server.role, creates_schemas };
    for _ in 0..READINGS {
        // The state comes first: what changes between the two is seen under the lock.
        let begin = format!("{};\n{state_sql}", begin_savepoint(SAVEPOINT));
        let state = read_state(&query(transaction, &begin, PUBLISH).await?)?;
        let carried = read(&query(transaction, &sql, PUBLISH).await?, PUBLISH)?;
        // One of these may have been made while the rows were loaded.
        carry::check_sessions(&carried).map_err(|refused| refusal(refused, role.name, PUBLISH))?;
        let carried = carry::carry(&carried, &replaced, role);
        if !carried.before.is_empty() {
            // Owners of materialized views read the new tables by them.
            for target in targets {
                let granted = grant(transaction, core, target).await;
                granted.map_err(|error| error.in_table(&target.name))?;
            }
            execute::run_for_views(transaction, &carried.before, PUBLISH).await?;
        }
        let tables = replaced.iter().map(|table| Lockable::table(table.name.clone(), table.oid));
        let all = tables.chain(others.iter().chain(&carried.locks).cloned()).collect::<Vec<_>>();
        execute::lock_exclusively(transaction, &all, core.waiting(), PUBLISH).await?;
        // From the locks on they stay as they are now. Readers wait for what is read here.
        if read_state(&query(transaction, &state_sql, PUBLISH).await?)? == state {
            query(transaction, &release(SAVEPOINT), PUBLISH).await?;
            return Ok(carried);
        }
        let now = read(&query(transaction, &sql, PUBLISH).await?, PUBLISH)?;
        let now = carry::carry(&now, &replaced, role);
        if (&now.before, &now.locks) == (&carried.before, &carried.locks) {
            query(transaction, &release(SAVEPOINT), PUBLISH).await?;
            return Ok(now);
        }
        tracing::debug!("views changed before they were locked");
        let undo = format!("{};\n{}", rollback_to(SAVEPOINT), release(SAVEPOINT));
        query(transaction, &undo, PUBLISH).await?;
    }
    let reason = "views of the table changed each time before they were locked".to_owned();
    Err(Error::new(ErrorKind::Unsupported { reason }, PUBLISH))
}

fn refusal(refused: Refused, role: &str, action: &'static str) -> Error {
    let kind = match refused {
        Refused::Attached(objects) => ErrorKind::DependentObjects { objects },
        Refused::Privilege { role: other, missing } => ErrorKind::InsufficientPrivilege {
            role: other.unwrap_or_else(|| role.to_owned()),
            missing,
        },
    };
    Error::new(kind, action)
}

fn read_state(messages: &[SimpleQueryMessage]) -> Result<String, Error> {
    views::read_state(messages).ok_or_else(|| unreadable(PUBLISH))
}

fn read(messages: &[SimpleQueryMessage], action: &'static str) -> Result<Vec<View>, Error> {
    views::read(messages).ok_or_else(|| unreadable(action))
}
