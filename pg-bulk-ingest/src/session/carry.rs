//! What hangs on the tables that are replaced: read, refused where it cannot be carried over, and
//! carried over.

use super::core::Core;
use super::members;
use super::refusal::unreadable;
use super::target::Target;
use crate::carry::{
    self, Carried, ReplacedMember, Replacing, Swapped, Unreferred, carry_grants,
    carry_grants_of_members, leave_out, unrefer,
};
use crate::catalog::{self, Grant, Hanging, LiveTable, Shape, attached, grants, hanging};
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::ident::QualifiedName;
use crate::statement::Statement;
use tokio_postgres::{Client, SimpleQueryMessage, Transaction};

const START: &str = "cannot replace the table";
const CARRY: &str = "cannot carry over what hangs on the table";

/// The names of tables before and after they are replaced.
pub(super) fn swapped(target: &Target) -> Swapped {
    Swapped { live: target.name.clone(), fresh: target.fresh.clone() }
}

/// A live table that is going to be replaced.
pub(super) struct ToReplace {
    pub(super) names: Swapped,
    pub(super) oid: u32,
    pub(super) live: Shape,
    /// What it is going to be.
    pub(super) fresh: Shape,
    /// Its partitions.
    pub(super) members: Vec<ReplacedMember>,
}

/// What is planned to be done for what hangs on a table, and for the views that depend on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Planned {
    /// Before the rows are copied.
    pub(super) create: Vec<Statement>,
    /// Once they are copied, if they are.
    pub(super) copied: Vec<Statement>,
    /// The indexes of its partitions.
    pub(super) build: Vec<Statement>,
    /// Before the swap.
    pub(super) before: Vec<Statement>,
    /// In the swap, before the live table is dropped.
    pub(super) drop: Vec<Statement>,
    /// In the swap, once the new table has its name.
    pub(super) after: Vec<Statement>,
    /// For the views, once all new tables have their names.
    pub(super) views: Vec<Statement>,
}

/// Refuses to replace tables on which something hangs that cannot be carried over, or not by this
/// role. Returns what is going to be done for each.
pub(super) async fn check(
    client: &Client,
    role: &str,
    tables: &[ToReplace],
) -> Result<Vec<Planned>, Error> {
    let mut planned = Vec::with_capacity(tables.len());
    let all = tables.iter().flat_map(|table| members::swapped(table.names.clone(), &table.members));
    let all = all.collect::<Vec<_>>();
    for ToReplace { names, oid, live, fresh, members } in tables {
        let failed = |error: Error| error.in_table(&names.live);
        let attached = execute::read_catalog(client, &attached::sql(*oid), START).await;
        let objects = attached::read(&attached.map_err(failed)?);
        let messages = execute::read_catalog(client, &hanging::sql(*oid), START).await;
        // Nothing keeps others from replacing it yet.
        let hanging = hanging::read(&messages.map_err(failed)?).ok_or_else(replaced);
        let hanging = hanging.map_err(failed)?;
        let all = &all;
        let replacing = Replacing { hanging: &hanging, names, live, fresh, all, members, role };
        let mut carried = carry::carry(&replacing);
        carried.refused.extend(objects);
        accept(&carried, role, START).map_err(failed)?;
        let Carried { create, copied, build, before, drop, after, .. } = carried;
        planned.push(Planned { create, copied, build, before, drop, after, views: Vec::new() });
    }
    Ok(planned)
}

fn replaced() -> Error {
    Error::new(ErrorKind::ConcurrentIngest { change: "it replaced the table".to_owned() }, START)
}

/// An error if not all is carried over.
fn accept(carried: &Carried, role: &str, action: &'static str) -> Result<(), Error> {
    if !carried.refused.is_empty() {
        let objects = carried.refused.clone();
        return Err(Error::new(ErrorKind::DependentObjects { objects }, action));
    }
    if !carried.missing.is_empty() {
        let (role, missing) = (role.to_owned(), carried.missing.join(", "));
        return Err(Error::new(ErrorKind::InsufficientPrivilege { role, missing }, action));
    }
    Ok(())
}

pub(super) async fn hanging_on(transaction: &Transaction<'_>, oid: u32) -> Result<Hanging, Error> {
    let sql = catalog::isolated(&hanging::sql(oid));
    hanging::read(&query(transaction, &sql, CARRY).await?).ok_or_else(|| unreadable(CARRY))
}

/// Returns the dependents of a target's live table without those that a hook made on its replacement, and the
/// statements that give the latter their names on the live table.
async fn hanging_to_carry(
    transaction: &Transaction<'_>,
    target: &Target,
    live: &LiveTable,
) -> Result<(Hanging, Vec<Statement>), Error> {
    let mut hanging = hanging_on(transaction, live.oid).await?;
    let made = target.by_hook.hanging.as_deref();
    let named = made.map(|made| leave_out(&mut hanging, made, &target.name));
    Ok((hanging, named.unwrap_or_default()))
}

/// What is granted on a table.
pub(super) async fn granted_on(
    transaction: &Transaction<'_>,
    table: &LiveTable,
) -> Result<Vec<Grant>, Error> {
    // There is no table 0: these are all of the one that replaces another.
    let sql = catalog::isolated(&grants::sql(0, table.oid));
    read_grants(&query(transaction, &sql, CARRY).await?)
}

/// What is granted on the live table and on its replacement, but for what a hook granted on this.
async fn grants_to_carry(
    transaction: &Transaction<'_>,
    target: &Target,
    (live, fresh): (&LiveTable, &LiveTable),
) -> Result<Vec<Grant>, Error> {
    let sql = catalog::isolated(&grants::sql(live.oid, fresh.oid));
    let mut grants = read_grants(&query(transaction, &sql, CARRY).await?)?;
    grants.retain(|grant| !target.by_hook.grants.contains(grant));
    Ok(grants)
}

/// What is granted on partitions and on those that take their places.
async fn grants_of_members(
    transaction: &Transaction<'_>,
    members: &[ReplacedMember],
) -> Result<Vec<Vec<Grant>>, Error> {
    let made = members.iter().filter_map(|one| Some((one.member.oid, one.fresh.as_ref()?.0)));
    let made = made.collect::<Vec<_>>();
    if made.is_empty() {
        return Ok(Vec::new());
    }
    let sql = catalog::isolated(&grants::sql_of_all(&made));
    let messages = query(transaction, &sql, CARRY).await?;
    grants::read_all(&messages).ok_or_else(|| unreadable(CARRY))
}

/// What is done to a table that was just created, and is to replace another.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Before any row.
    pub(super) create: Vec<Statement>,
    /// Before the rows of the batch.
    pub(super) copied: Vec<Statement>,
    /// After that: the indexes of its partitions.
    pub(super) build: Vec<Statement>,
}

/// What a table that is to replace another has to have before the rows come. Little else comes to
/// hang on the live one from here on: it would wait for the lock on it.
pub(super) async fn prepare(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    live: &LiveTable,
    fresh: &Shape,
) -> Result<Prepared, Error> {
    let (hanging, _) = hanging_to_carry(transaction, target, live).await?;
    let names = swapped(target);
    let members = &target.members;
    let all = &members::swapped(names.clone(), members).collect::<Vec<_>>();
    let (hanging, names, live, role) = (&hanging, &names, &live.shape, &core.server.role);
    let replacing = Replacing { hanging, names, live, fresh, all, members, role };
    let Carried { create, copied, build, missing, .. } = carry::carry(&replacing);
    // What is refused was looked at before; whether keys are there is known once they are built.
    accept(&Carried { missing, ..Carried::default() }, role, CARRY)?;
    Ok(Prepared { create, copied, build })
}

/// The tables that are replaced together, and their partitions.
pub(super) fn all_swapped(targets: &[Target]) -> Vec<Swapped> {
    let replaced = targets.iter().filter(|target| target.replaces.is_some());
    replaced.flat_map(|target| members::swapped(swapped(target), &target.members)).collect()
}

/// How what hangs on a target's live table is carried over, as it is now.
pub(super) async fn of(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    all: &[Swapped],
) -> Result<Carried, Error> {
    let (Some(live), Some(current)) = (&target.replaces, &target.current) else {
        return Ok(Carried::default());
    };
    let (hanging, _) = hanging_to_carry(transaction, target, live).await?;
    let names = swapped(target);
    let carried = carry::carry(&Replacing {
        hanging: &hanging,
        names: &names,
        live: &live.shape,
        fresh: &current.live.shape,
        all,
        members: &target.members,
        role: &core.server.role,
    });
    accept(&carried, &core.server.role, CARRY)?;
    Ok(carried)
}

/// Looks again under the lock of the swap, at the grants as well.
pub(super) async fn of_locked(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    all: &[Swapped],
) -> Result<Carried, Error> {
    let (Some(live), Some(current)) = (&target.replaces, &target.current) else {
        return Ok(Carried::default());
    };
    let grants = grants_to_carry(transaction, target, (live, &current.live)).await?;
    let of_members = grants_of_members(transaction, &target.members).await?;
    let (hanging, named) = hanging_to_carry(transaction, target, live).await?;
    let names = swapped(target);
    let replacing = Replacing {
        hanging: &hanging,
        names: &names,
        live: &live.shape,
        fresh: &current.live.shape,
        all,
        members: &target.members,
        role: &core.server.role,
    };
    let mut carried = carry::carry(&replacing);
    accept(&carried, &core.server.role, CARRY)?;
    carried.after.extend(named);
    // Last: what is done before may need a privilege that the owner does not grant itself.
    carried.after.extend(carry_grants(&replacing, &grants));
    carried.after.extend(carry_grants_of_members(&replacing, &of_members));
    Ok(carried)
}

/// What grants on a table that is to replace a live one, and on its partitions, what is granted on that, and
/// nothing else.
pub(super) async fn grants_of(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    (live, fresh): (&LiveTable, &LiveTable),
    members: &[ReplacedMember],
    all: &[Swapped],
) -> Result<Vec<Statement>, Error> {
    let sql = catalog::isolated(&grants::sql(live.oid, fresh.oid));
    let grants = read_grants(&query(transaction, &sql, CARRY).await?)?;
    let of_members = grants_of_members(transaction, members).await?;
    let hanging = hanging_on(transaction, live.oid).await?;
    let names = swapped(target);
    let (hanging, names, live, fresh) = (&hanging, &names, &live.shape, &fresh.shape);
    let role = &core.server.role;
    let replacing = Replacing { hanging, names, live, fresh, all, members, role };
    let mut statements = carry_grants(&replacing, &grants);
    statements.extend(carry_grants_of_members(&replacing, &of_members));
    Ok(statements)
}

/// Whether row-level security is on for a live table that is replaced: who reads the new one before
/// its policies are there would see other rows.
pub(super) async fn has_row_security(
    transaction: &Transaction<'_>,
    targets: &[Target],
) -> Result<bool, Error> {
    let members = targets.iter().flat_map(|target| &target.members);
    if members.into_iter().any(|one| one.hanging.table.row_security) {
        return Ok(true);
    }
    for live in targets.iter().filter_map(|target| target.replaces.as_ref()) {
        if hanging_on(transaction, live.oid).await?.table.row_security {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives the new table the grants of the live one while it still has its own name, for those who
/// read it before the swap.
pub(super) async fn grant(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
) -> Result<(), Error> {
    let (Some(live), Some(current)) = (&target.replaces, &target.current) else {
        return Ok(());
    };
    let grants = grants_to_carry(transaction, target, (live, &current.live)).await?;
    let hanging = hanging_on(transaction, live.oid).await?;
    let names = Swapped { live: current.name.clone(), fresh: current.name.clone() };
    let (live, fresh) = (&live.shape, &current.live.shape);
    let (all, members, role) = (std::slice::from_ref(&names), &[], &core.server.role);
    let (hanging, names) = (&hanging, &names);
    let replacing = Replacing { hanging, names, live, fresh, all, members, role };
    execute::run(transaction, &carry_grants(&replacing, &grants), CARRY).await
}

fn read_grants(messages: &[SimpleQueryMessage]) -> Result<Vec<Grant>, Error> {
    grants::read(messages).ok_or_else(|| unreadable(CARRY))
}

/// What keeps tables from being emptied: the foreign keys of others to them.
pub(super) async fn referring(
    transaction: &Transaction<'_>,
    tables: &[(QualifiedName, u32)],
) -> Result<Unreferred, Error> {
    let emptied = tables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let mut all = Unreferred::default();
    for (name, oid) in tables {
        let hanging = hanging_on(transaction, *oid).await?;
        let Unreferred { locks, drop, add } = unrefer(name, &hanging.foreign_keys, &emptied);
        all.locks.extend(locks);
        all.drop.extend(drop);
        all.add.extend(add);
    }
    Ok(all)
}
