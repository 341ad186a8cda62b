//! Making the partitions that rows are for.
//!
//! A reader may look up which partitions there are before others are attached, and see the rows of the
//! batch that was committed with them: it would see a part of the batch. So partitions are made in a
//! transaction of their own before the batch's rows; where the batch has gone too far for that, its
//! table is locked against readers for the instant of its commit.

use super::core::Core;
use super::refusal::{privilege, unreadable};
use super::scope::Scope;
use super::target::{Current, Target};
use crate::catalog::{self, FoundPartitions, partitions};
use crate::conn;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::ident::{Ident, QualifiedName};
use crate::lock::Lockable;
use crate::partition::{self, Attaching, DEFAULT, Division, Missing, Slot};
use crate::statement::{LockMode, Statement};
use std::collections::BTreeSet;
use tokio_postgres::{SimpleQueryMessage, Transaction};

pub(super) const MAKE: &str = "cannot make a partition";

/// How many partitions are made for a batch at most: as many locks are held until it is committed.
const MOST: usize = 500;

/// Where partitions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In a transaction of their own, which begins in place of the batch's.
    Apart,
    /// In the transaction that created the table, which nobody else sees.
    New,
    /// In the transaction of the batch.
    Beside,
}

/// What was made.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) statements: Vec<Statement>,
    /// Whether the transaction is another now, which has to be committed.
    pub(super) is_apart: bool,
    /// Whether readers have to be locked out for the instant of the commit.
    pub(super) locks: bool,
    /// The slots whose partitions, or those ahead of them, are to be made after the batch.
    pub(super) later: BTreeSet<Slot>,
}

/// The slots that are needed of a table.
#[derive(Clone, Copy)]
struct Making<'a> {
    core: &'a Core,
    target: &'a Target,
    current: &'a Current,
    division: Division,
    place: Where,
}

/// Makes the partitions for these slots of a table that are not there.
///
/// Whoever else makes some waits until the transaction has ended, and then finds these.
pub(super) async fn make(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    slots: &BTreeSet<Slot>,
    place: Where,
) -> Result<Made, Error> {
    let (Some(current), Some(division)) = (&target.current, Division::of(target.definition)) else {
        return Ok(Made::default());
    };
    let making = Making { core, target, current, division, place };
    let made = making.run(transaction, slots).await;
    made.map_err(|error| error.in_table(&target.name))
}

/// Makes the partitions that batches have left for later. What is in the way of that is no error of
/// theirs, and is told to the log.
pub(super) async fn make_later(scope: &mut Scope<'_>, core: &mut Core) {
    if scope.client().is_none() {
        return;
    }
    for position in 0..core.targets.len() {
        let later = std::mem::take(&mut core.targets[position].later);
        if later.is_empty() {
            continue;
        }
        match make_alone(scope, core, position, &later).await {
            Ok(statements) => core.totals.migrated.extend(statements),
            Err(error) => {
                let table = &core.targets[position].name;
                tracing::warn!(%table, %error, "partitions are not made ahead");
            }
        }
    }
}

async fn make_alone(
    scope: &mut Scope<'_>,
    core: &Core,
    position: usize,
    slots: &BTreeSet<Slot>,
) -> Result<Vec<Statement>, Error> {
    let transaction = scope.begin().await?;
    let (target, place) = (&core.targets[position], Where::Apart);
    let (Some(current), Some(division)) = (&target.current, Division::of(target.definition)) else {
        return Ok(Vec::new());
    };
    let making = Making { core, target, current, division, place };
    let statements = making.extend(&transaction, &division.with_ahead(slots)).await?;
    conn::commit(transaction).await.map_err(Error::while_doing(MAKE))?;
    Ok(statements)
}

impl Making<'_> {
    async fn run(
        self,
        transaction: &Transaction<'_>,
        slots: &BTreeSet<Slot>,
    ) -> Result<Made, Error> {
        let all = self.division.with_ahead(slots);
        let found = read(&query(transaction, &self.sql(&all), MAKE).await?)?;
        let lacking = self.missing(&found, slots)?.len();
        let has_default = found.partitions.iter().any(|partition| partition.bound == DEFAULT);
        // Rows have a place there; what moves them locks readers out.
        if lacking == 0 || has_default && self.place == Where::Beside {
            let later = !self.missing(&found, &all)?.is_empty();
            let later = if later { slots.clone() } else { BTreeSet::new() };
            return Ok(Made { later, ..Made::default() });
        }
        if lacking > MOST {
            let reason = format!(
                "the batch has rows for {lacking} partitions that do not exist, and makes at most \
                 {MOST}: are its values right? If so, take smaller batches or longer periods"
            );
            return Err(Error::new(ErrorKind::Unsupported { reason }, MAKE));
        }
        if self.place == Where::Beside {
            let statements = self.extend(transaction, slots).await?;
            return Ok(Made { statements, locks: true, later: slots.clone(), is_apart: false });
        }
        let is_apart = self.place == Where::Apart;
        if is_apart {
            query(transaction, partition::BEGIN_APART, MAKE).await?;
        }
        let statements = self.extend(transaction, &all).await?;
        Ok(Made { statements, is_apart, ..Made::default() })
    }

    fn sql(self, slots: &BTreeSet<Slot>) -> String {
        // A table that is to replace another gets its name.
        let (name, oid) = (&self.target.name, self.current.live.oid);
        let names = partition::candidates(name, self.division, slots);
        catalog::isolated(&partitions::sql(name, oid, &names))
    }

    /// Makes what is missing for these slots under a lock with which nobody else makes any.
    async fn extend(
        self,
        transaction: &Transaction<'_>,
        slots: &BTreeSet<Slot>,
    ) -> Result<Vec<Statement>, Error> {
        let sql = self.sql(slots);
        let lockable = Lockable::table(self.current.name.clone(), self.current.live.oid);
        let waiting = self.core.waiting();
        let messages =
            execute::lock_for_comment(transaction, &lockable, &sql, waiting, MAKE).await?;
        let found = read(&messages)?;
        let missing = self.missing(&found, slots)?;
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        self.check(&found)?;
        let default = found.partitions.iter().find(|partition| partition.bound == DEFAULT);
        // Rows that leave the default partition are always seen, in one of the two.
        let lock = match default.is_some() || self.core.server.version < 120_000 {
            true => LockMode::AccessExclusive,
            false => LockMode::ShareUpdateExclusive,
        };
        if lock == LockMode::AccessExclusive {
            execute::lock_exclusively(transaction, &[lockable], waiting, MAKE).await?;
        }
        let default = default.map(|default| QualifiedName::new(&*default.schema, &*default.name));
        let columns = self.current.live.shape.columns.iter();
        let columns = columns.filter(|column| !column.is_generated());
        let columns = columns.map(|column| &*column.name).collect::<Vec<_>>();
        let attaching = Attaching {
            table: &self.current.name,
            owner: (found.owner != self.core.server.role).then_some(&*found.owner),
            default: default.as_ref(),
            columns: &columns,
            lock,
        };
        let statements = missing.iter().flat_map(|missing| partition::attach(missing, attaching));
        let statements = statements.collect::<Vec<_>>();
        execute::run_shown(transaction, &statements, MAKE).await?;
        Ok(statements)
    }

    /// The column that rows are told apart by, as SQL.
    fn column(self) -> Option<String> {
        let position = *self.target.definition.partitioning()?.columns().first()?;
        let column = self.target.definition.columns().get(position)?;
        Some(Ident::new(column.name()).to_string())
    }

    fn missing(
        self,
        found: &FoundPartitions,
        slots: &BTreeSet<Slot>,
    ) -> Result<Vec<Missing>, Error> {
        let column = self.column().unwrap_or_default();
        let missing = partition::missing(&self.target.name, &column, self.division, slots, found);
        missing.map_err(|reason| Error::new(ErrorKind::Unsupported { reason }, MAKE))
    }

    /// Whether this role can make partitions.
    fn check(self, found: &FoundPartitions) -> Result<(), Error> {
        let server = &self.core.server;
        if !found.is_owner {
            let owner = &found.owner;
            let what = format!(
                "the ownership of the table, which {owner:?} has, to make a partition of it"
            );
            return Err(privilege(server, what));
        }
        if !found.may_create {
            let schema = self.current.name.schema();
            return Err(privilege(server, format!("CREATE on schema {schema:?}")));
        }
        Ok(())
    }
}

fn read(messages: &[SimpleQueryMessage]) -> Result<FoundPartitions, Error> {
    partitions::read(messages).ok_or_else(|| unreadable(MAKE))
}
