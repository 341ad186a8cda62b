//! The views that depend on tables that are replaced.

use super::carry::{Planned, grant, has_row_security};
use super::core::Core;
use super::enum_type;
use super::refusal::unreadable;
use super::target::Target;
use crate::carry::{ReplacedMember, Swapped};
use crate::catalog::{self, FoundEnum, LiveTable, Server, View, view_attached, views};
use crate::conn;
use crate::definition::{Column, Table};
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
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

/// What the views that depend on a table are looked at for, before it is replaced.
#[derive(Clone, Copy)]
pub(super) struct Checking<'a> {
    pub(super) server: &'a Server,
    pub(super) found: &'a [FoundEnum],
    pub(super) definition: &'static Table,
    pub(super) keeping: Keeping<'a>,
}

impl Checking<'_> {
    /// Refuses, before the load, what keeps the views that depend on a table, or on its partitions, from being
    /// carried over. Returns what is going to be done for them.
    pub(super) async fn check(
        self,
        client: &mut Client,
        names: &Swapped,
        live: &LiveTable,
        members: &[ReplacedMember],
    ) -> Result<Planned, Error> {
        let oids = oids(live, members);
        let views = execute::read_catalog(client, &views::sql(&oids), CHECK).await?;
        let views = read(&views, CHECK)?;
        if views.is_empty() {
            return Ok(Planned::default());
        }
        let sql = view_attached::sql(&oids, views.iter().map(|view| view.oid));
        let attached = view_attached::read(&execute::read_catalog(client, &sql, CHECK).await?);
        if !attached.is_empty() {
            return Err(Error::new(ErrorKind::DependentObjects { objects: attached }, CHECK));
        }
        let Self { server, definition, keeping, .. } = self;
        let defined = definition.columns().iter().map(|column| -> &str { Column::name(column) });
        let columns = defined.chain(keeping.columns_that_stay()).collect::<Vec<_>>();
        carry::check(&views, &oids, &columns)
            .map_err(|refused| refusal(refused, &server.role, CHECK))?;
        let replaced = replaced(names, live, members, &views);
        if server.temp {
            self.rehearse(client, &replaced, &views).await?;
        }
        let role = Role { name: &server.role, creates_schemas: server.create };
        let Carried { before, drop, after: views, .. } = carry::carry(&views, &replaced, role);
        Ok(Planned { before, drop, views, ..Planned::default() })
    }

    /// Makes the views over the definition, in a transaction that is rolled back.
    async fn rehearse(
        self,
        client: &mut Client,
        replaced: &[Replaced],
        views: &[View],
    ) -> Result<(), Error> {
        let Self { found, definition, .. } = self;
        // Nothing keeps an index or key of it from being one of a temporary table that is not partitioned.
        let keeping = Keeping { partition_key: None, ..self.keeping };
        let mut statements = plan::create_enum_types(&enum_type::of(definition), found);
        statements.extend(carry::rehearse(views, replaced, |temporary| {
            let fresh = plan::create_fresh(temporary, definition, keeping, "of its views");
            let mut create = vec![fresh];
            create.extend(plan::create_indexes(temporary, definition));
            create
        }));
        let transaction = conn::begin(client).await.map_err(Error::while_doing(CHECK))?;
        let rehearsed = execute::run_for_views(&transaction, &statements, CHECK).await;
        conn::roll_back(transaction).await.map_err(Error::while_doing(CHECK))?;
        match rehearsed {
            // The session has a temporary table of that name: it is seen in earnest.
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_TABLE) => Ok(()),
            rehearsed => rehearsed,
        }
    }
}

/// The OIDs of a table and its partitions.
fn oids(live: &LiveTable, members: &[ReplacedMember]) -> Vec<u32> {
    std::iter::once(live.oid).chain(members.iter().map(|one| one.member.oid)).collect()
}

/// A table that is replaced, and those of its partitions that views need.
fn replaced(
    names: &Swapped,
    live: &LiveTable,
    members: &[ReplacedMember],
    views: &[View],
) -> Vec<Replaced> {
    let table = |oid, Swapped { live: name, fresh }| Replaced { oid, name, fresh };
    let is_needed = |one: &&ReplacedMember| {
        views.iter().flat_map(|view| &view.needs).any(|need| need.oid == one.member.oid)
    };
    let needed = members.iter().filter(is_needed);
    let needed = needed.map(|one| table(one.member.oid, one.names()));
    std::iter::once(table(live.oid, names.clone())).chain(needed).collect()
}

/// Locks the tables that are replaced, the views that depend on them and the other relations, in ACCESS
/// EXCLUSIVE mode, after all has been done that takes long. Returns what is left to do under the lock.
pub(super) async fn lock(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
    others: &[Lockable],
) -> Result<Carried, Error> {
    let swapped = targets.iter().filter_map(|target| {
        let (live, current) = (target.replaces.as_ref()?, target.current.as_ref()?);
        let (name, fresh) = (target.name.clone(), current.name.clone());
        Some((Swapped { live: name, fresh }, live, &target.members))
    });
    let swapped = swapped.collect::<Vec<_>>();
    let all = swapped.iter().flat_map(|(_, live, members)| oids(live, members));
    let oids = all.collect::<Vec<_>>();
    let replaced = |views: &[View]| {
        let tables = swapped.iter();
        let tables =
            tables.flat_map(|(names, live, members)| replaced(names, live, members, views));
        tables.collect::<Vec<_>>()
    };
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
        let tables = replaced(&carried);
        let carried = carry::carry(&carried, &tables, role);
        if !carried.before.is_empty() {
            // Owners of materialized views read the new tables by them.
            for target in targets {
                let granted = grant(transaction, core, target).await;
                granted.map_err(|error| error.in_table(&target.name))?;
            }
            execute::run_for_views(transaction, &carried.before, PUBLISH).await?;
        }
        let tables = swapped.iter();
        let tables = tables.map(|(names, live, _)| Lockable::table(names.live.clone(), live.oid));
        let all = tables.chain(others.iter().chain(&carried.locks).cloned()).collect::<Vec<_>>();
        execute::lock_exclusively(transaction, &all, core.waiting(), PUBLISH).await?;
        // From the locks on they stay as they are now. Readers wait for what is read here.
        if read_state(&query(transaction, &state_sql, PUBLISH).await?)? == state {
            query(transaction, &release(SAVEPOINT), PUBLISH).await?;
            return Ok(carried);
        }
        let now = read(&query(transaction, &sql, PUBLISH).await?, PUBLISH)?;
        let now = carry::carry(&now, &replaced(&now), role);
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
