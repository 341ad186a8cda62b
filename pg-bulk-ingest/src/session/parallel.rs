//! The rows of a batch over several connections: the tables that they go into, how these are
//! brought in, and what a run that was killed left behind.

use super::core::Core;
use super::load::Load;
use super::refusal::unreadable;
use super::start;
use super::target::{Current, Target};
use crate::catalog::{self, further, state};
use crate::conn;
use crate::connections::{Connections, Link};
use crate::copy::{Lane, Route};
use crate::deadline::works_on;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::ident::QualifiedName;
use crate::lock::Lockable;
use crate::merge::{self, part};
use crate::publish;
use futures_util::future::{join, try_join};
use std::sync::Arc;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage, Transaction};

const SPREAD: &str = "cannot use a further connection";
const SETTLE: &str = "cannot bring in the rows of the further connections";

/// Opens further connections, and deals chunks of rows to them from now on. Where that cannot be
/// done, all goes over the batch's own.
pub(super) async fn spread(
    connections: &mut Connections<'_>,
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
    load: &mut Load,
) -> Result<(), Error> {
    let Some(target) = targets.first() else { return Ok(()) };
    let links = connections.all().await?;
    works_on(links.iter().map(|link| link.client().cancel_token()));
    let lanes = if load.is_staging() {
        stage(&links, core, target, load).await?
    } else {
        fill(&links, transaction, core, target, load).await?
    };
    let Some((lanes, route)) = lanes else {
        tracing::debug!("tables for further connections cannot be created: one has to do");
        return load.copy().spread(Vec::new(), None, transaction).await;
    };
    load.copy().spread(lanes, route, transaction).await
}

type Spread = Option<(Vec<Lane>, Option<Route>)>;

/// A staging table for each connection, created in a transaction that is committed when it is full.
async fn stage(
    links: &[Arc<dyn Link>],
    core: &Core,
    target: &Target,
    load: &mut Load,
) -> Result<Spread, Error> {
    let (mut lanes, mut parts) = (Vec::new(), Vec::new());
    for link in links {
        let Some(part) = meet(link.client(), core, target).await? else { return Ok(None) };
        let Some(staging) = load.staging_of_first() else { return Ok(None) };
        let create = part::create_staging(&part, &target.name, staging);
        let copy = staging.copy_into(&part);
        let begun = begin(link, &[part::BEGIN, &create], &copy, &part).await;
        let Some(lane) = unless_impossible(begun)? else { return Ok(None) };
        lanes.push(lane);
        parts.push(part);
    }
    parts.into_iter().for_each(|part| load.add_part(part));
    Ok(Some((lanes, None)))
}

/// One table for all connections, which is committed while it is empty, as each has to see it.
async fn fill(
    links: &[Arc<dyn Link>],
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    load: &mut Load,
) -> Result<Spread, Error> {
    let Some(first) = links.first() else { return Ok(None) };
    let Some(part) = meet(first.client(), core, target).await? else { return Ok(None) };
    let mut create = part::create_table(&part, &target.name, target.definition);
    if let Some(sql) = part::stamps(target.definition) {
        let messages = query(transaction, &sql, SPREAD).await?;
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let row = row.ok_or_else(|| unreadable(SPREAD))?;
        let values = (0..row.len()).filter_map(|at| row.get(at)).collect::<Vec<_>>();
        create = format!("{create};\n{}", part::stamp(&part, target.definition, &values));
    }
    let copy = merge::copy(target.definition, &part, false);
    let undo = Undo { link: first.as_ref(), drop: part::drop(&part), armed: true };
    let created = conn::execute(first.client(), &create).await;
    if unless_impossible(created.map_err(Error::while_doing(SPREAD)))?.is_none() {
        return Ok(None);
    }
    let mut lanes = vec![begin(first, &[part::BEGIN], &copy, &part).await?];
    undo.disarm();
    query(transaction, &part::hold(&part), SPREAD).await?;
    for link in links.iter().skip(1) {
        if meet(link.client(), core, target).await?.is_some() {
            lanes.push(begin(link, &[part::BEGIN], &copy, &part).await?);
        }
    }
    load.add_part(part);
    Ok(Some((lanes, Some(Route { copy, create: None }))))
}

/// Makes sure that a further connection is one like the batch's own. Returns a name for a table;
/// `None` if the role may not create one.
async fn meet(
    client: &Client,
    core: &Core,
    target: &Target,
) -> Result<Option<QualifiedName>, Error> {
    let sql = further::sql(&target.name);
    let (probed, messages) = join(execute::probe(client, SPREAD), conn::query(client, &sql)).await;
    probed?;
    let found = further::read(&messages.map_err(Error::while_doing(SPREAD))?);
    let server = &core.server;
    let refused = |reason: String| Err(Error::new(ErrorKind::Unsupported { reason }, SPREAD));
    let Some(found) = found else {
        return refused("the catalog's answer is not understood".to_owned());
    };
    if found.in_transaction {
        return Err(Error::new(ErrorKind::InTransaction, SPREAD));
    }
    for (what, own, other) in [
        ("role", &server.role, &found.role),
        ("database", &server.database, &found.database),
        ("client_encoding", &server.client_encoding, &found.client_encoding),
    ] {
        if own != other {
            return refused(format!("its {what} is {other:?}, and that of the first {own:?}"));
        }
    }
    Ok(found.create.then(|| part::name(&target.name, found.transaction)))
}

/// Begins the transaction of a connection, and prepares its `COPY`.
async fn begin(
    link: &Arc<dyn Link>,
    statements: &[&str],
    copy: &str,
    part: &QualifiedName,
) -> Result<Lane, Error> {
    let client = link.client();
    let sql = statements.join(";\n");
    tracing::debug!(sql, copy, "further connection");
    // From the first poll on it may be in a transaction, which has to end with this function.
    let undo = Undo { link: link.as_ref(), drop: part::drop(part), armed: true };
    let begun = try_join(conn::execute(client, &sql), conn::prepare(client, copy)).await;
    let ((), prepared) = begun.map_err(Error::while_doing(SPREAD))?;
    let drop = undo.disarm();
    Ok(Lane::new(Arc::clone(link), prepared, drop))
}

/// Rolls a further connection back if it does not come to be a lane.
struct Undo<'a> {
    link: &'a dyn Link,
    drop: String,
    armed: bool,
}

impl Undo<'_> {
    fn disarm(mut self) -> String {
        self.armed = false;
        std::mem::take(&mut self.drop)
    }
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if self.armed {
            Lane::undo(self.link.client(), &self.drop);
        }
    }
}

/// Some tables cannot be created where the batch's transaction is not seen: in a schema, or with a
/// type, that it created.
fn unless_impossible<T>(created: Result<T, Error>) -> Result<Option<T>, Error> {
    match created {
        Ok(created) => Ok(Some(created)),
        Err(error) if error.code().is_some_and(is_invisible) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_invisible(code: &SqlState) -> bool {
    [SqlState::INVALID_SCHEMA_NAME, SqlState::UNDEFINED_OBJECT, SqlState::INSUFFICIENT_PRIVILEGE]
        .contains(code)
}

/// Brings in what went over further connections, which have committed it: a table that is to be
/// the table itself takes its place; staging tables are locked, to be dropped after the merge.
pub(super) async fn settle(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &mut [Target],
    load: &mut Load,
) -> Result<(), Error> {
    if load.parts().is_empty() {
        return Ok(());
    }
    let Some(target) = targets.first_mut() else { return Ok(()) };
    let settled = settle_one(transaction, core, target, load).await;
    settled.map_err(|error| error.in_table(&target.name))
}

async fn settle_one(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &mut Target,
    load: &Load,
) -> Result<(), Error> {
    let parts = load.parts();
    let names = parts.iter().map(|part| (part, None)).collect::<Vec<_>>();
    let sql = catalog::isolated_path(&state::sql(&names, false));
    let found = state::read(&query(transaction, &sql, SETTLE).await?, parts.len());
    let lockable = parts
        .iter()
        .zip(found.ok_or_else(|| unreadable(SETTLE))?.tables)
        .filter_map(|(name, state)| state.oid.map(|oid| Lockable::table(name.clone(), oid)));
    let lockable = lockable.collect::<Vec<_>>();
    execute::lock_exclusively(transaction, &lockable, core.waiting(), SETTLE).await?;
    if load.is_staging() {
        return Ok(());
    }
    let (Some(part), Some(current)) = (parts.first(), target.current.as_mut()) else {
        return Ok(());
    };
    let mut statements = part::settle(part, &current.name, target.definition);
    if current.live.owner != core.server.role {
        statements.push(publish::set_owner(&current.name, &current.live.owner));
    }
    execute::run(transaction, &statements, SETTLE).await?;
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(&current.name), &[]));
    let relation = start::read(&query(transaction, &inspect, SETTLE).await?)?.relations;
    if let Some(mut live) = relation.into_iter().next().and_then(|relation| relation.table) {
        let (old, new) = (&current.live.shape, &live.shape);
        let renamed = publish::name_not_nulls(&current.name, old, new, &[]);
        execute::run(transaction, &renamed, SETTLE).await?;
        for (column, old) in live.shape.columns.iter_mut().zip(&current.live.shape.columns) {
            column.not_null_constraint.clone_from(&old.not_null_constraint);
        }
        *current = Current::new(current.name.clone(), live, target.definition, true)?;
    }
    Ok(())
}

/// Drops what runs of an ingest that were killed left behind. The advisory lock of the table is
/// held: no other ingest of it is under way. What cannot be dropped now is left to the next.
pub(super) async fn remove_leftovers(
    transaction: &Transaction<'_>,
    core: &Core,
    leftovers: &[QualifiedName],
) -> Result<(), Error> {
    for leftover in leftovers {
        tracing::warn!(table = %leftover, "dropping what a killed ingest left behind");
        execute::try_drop(transaction, leftover, core.waiting(), SETTLE).await?;
    }
    Ok(())
}
