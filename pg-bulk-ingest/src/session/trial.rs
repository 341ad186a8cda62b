//! Tables that are going to be made, as empty ones that are rolled back.
//!
//! Only PostgreSQL says which names it gives to their indexes and constraints, and what default
//! privileges grant on them: so which names and grants of a live table have to be given back to one
//! that replaces it, and what its comment says of what was made.

use super::carry;
use super::core::Core;
use super::enum_type;
use super::members;
use super::preview::{Replacement, before_rows, create, indexes};
use super::refusal::unreadable;
use super::start::read;
use super::target::Target;
use crate::carry::{ReplacedMember, Swapped};
use crate::catalog::{self, LiveTable, Shape, Surroundings};
use crate::conn;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::ident::QualifiedName;
use crate::lock::{Claim, Lock};
use crate::plan;
use crate::statement::Statement;
use std::time::Duration;
use tokio_postgres::{Client, Transaction};

const TRY: &str = "cannot try how the table would be replaced";

/// How long another ingest of the tables is waited for, which may be making the same.
const PATIENCE: Duration = Duration::from_secs(1);

/// A table as PostgreSQL makes it.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) shape: Shape,
    /// The names that its indexes and constraints may not get.
    pub(super) taken: Vec<String>,
    /// What grants on it what is granted on the live one, and nothing else; on its partitions, too.
    pub(super) grants: Vec<Statement>,
    /// The partitions of the live one, with those of it.
    pub(super) members: Vec<ReplacedMember>,
}

/// Tables that were tried.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// Those that replace others.
    pub(super) replacements: Vec<Tried>,
    /// Those that do not exist yet.
    pub(super) created: Vec<Shape>,
}

/// Tries replacements, and tables that do not exist yet. Returns nothing if that cannot be done now:
/// another ingest of the tables is in a batch, or PostgreSQL refuses what it will be told of the table,
/// as the ingest is going to tell.
pub(super) async fn run(
    client: &mut Client,
    core: &Core,
    replacements: &[Replacement<'_>],
    missing: &[&Target],
) -> Result<Option<Trial>, Error> {
    if replacements.is_empty() && missing.is_empty() {
        return Ok(None);
    }
    let failed = |error| Error::server(error, TRY);
    let transaction = conn::begin(client).await.map_err(failed)?;
    let tried = try_all(&transaction, core, replacements, missing).await;
    conn::roll_back(transaction).await.map_err(failed)?;
    match tried {
        Ok(tried) => Ok(Some(tried)),
        Err(error)
            if error.db_error().is_some() || matches!(error.kind(), ErrorKind::Locked { .. }) =>
        {
            tracing::debug!(%error, "which names and grants are given back is not known yet");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn try_all(
    transaction: &Transaction<'_>,
    core: &Core,
    replacements: &[Replacement<'_>],
    missing: &[&Target],
) -> Result<Trial, Error> {
    let names = core.names();
    let lock = Lock::of_batch(&Claim::whole(&names), &[], &[]);
    execute::acquire(transaction, &lock, "", Some(PATIENCE), core.waiting(), TRY).await?;
    let targets = replacements.iter().map(|one| one.target).chain(missing.iter().copied());
    let enums = targets.flat_map(|target| enum_type::of(target.definition)).collect::<Vec<_>>();
    let mut statements = plan::create_enum_types(&enums, &core.found);
    for replacement in replacements {
        statements.extend(before_rows(core, replacement));
        statements.extend(replacement.target.planned.copied.iter().cloned());
        statements.extend(indexes(replacement));
    }
    statements.extend(missing.iter().flat_map(|target| create(target)));
    execute::run(transaction, &statements, TRY).await?;
    let swapped = |one: &Replacement<'_>| {
        members::swapped(carry::swapped(one.target), &one.target.members).collect::<Vec<_>>()
    };
    let all = replacements.iter().flat_map(swapped).collect::<Vec<_>>();
    let mut trial = Trial::default();
    for replacement in replacements {
        let one = look(transaction, core, replacement, &all).await;
        trial.replacements.push(one.map_err(|error| error.in_table(&replacement.target.name))?);
    }
    for target in missing {
        trial.created.push(inspect(transaction, &target.name).await?.shape);
    }
    Ok(trial)
}

async fn inspect(transaction: &Transaction<'_>, name: &QualifiedName) -> Result<LiveTable, Error> {
    let inspect = catalog::isolated(&catalog::inspect(std::slice::from_ref(name), &[]));
    let relations = read(&query(transaction, &inspect, TRY).await?)?.relations;
    let table = relations.into_iter().next().and_then(|relation| relation.table);
    table.ok_or_else(|| unreadable(TRY).in_table(name))
}

async fn look(
    transaction: &Transaction<'_>,
    core: &Core,
    Replacement { target, live, .. }: &Replacement<'_>,
    all: &[Swapped],
) -> Result<Tried, Error> {
    let fresh = inspect(transaction, &target.fresh).await?;
    let surroundings = catalog::isolated(&Surroundings::sql(fresh.oid));
    let surroundings = Surroundings::read(&query(transaction, &surroundings, TRY).await?);
    let taken = surroundings.ok_or_else(|| unreadable(TRY))?.taken();
    let mut members = target.members.clone();
    members::look(transaction, &mut members).await?;
    let grants = carry::grants_of(transaction, core, target, (live, &fresh), &members, all).await?;
    Ok(Tried { shape: fresh.shape, taken, grants, members })
}
