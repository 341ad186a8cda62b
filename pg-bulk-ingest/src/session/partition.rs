//! Making the partitions that rows are for.

use super::core::Core;
use super::refusal::{privilege, unreadable};
use super::target::{Current, Target};
use crate::catalog::{self, FoundPartitions, partitions};
use crate::error::{Error, ErrorKind};
use crate::execute::{self, query};
use crate::ident::{Ident, QualifiedName};
use crate::lock::Lockable;
use crate::partition::{self, Attaching, Division, Missing, Slot};
use crate::statement::{LockMode, Statement};
use std::collections::BTreeSet;
use tokio_postgres::Transaction;

const MAKE: &str = "cannot make a partition";

/// How many partitions are made for a batch at most: as many locks are held until it is committed.
const MOST: usize = 500;

/// The slots that are needed of a table.
#[derive(Clone, Copy)]
struct Making<'a> {
    core: &'a Core,
    target: &'a Target,
    current: &'a Current,
    division: Division,
    slots: &'a BTreeSet<Slot>,
}

/// Makes the partitions for these slots of a table that are not there, and those ahead of them. Returns
/// what was done.
///
/// Whoever else makes some waits until the transaction has ended, and then finds these.
pub(super) async fn make(
    transaction: &Transaction<'_>,
    core: &Core,
    target: &Target,
    slots: &BTreeSet<Slot>,
) -> Result<Vec<Statement>, Error> {
    let (Some(current), Some(division)) = (&target.current, Division::of(target.definition)) else {
        return Ok(Vec::new());
    };
    let making = Making { core, target, current, division, slots };
    let made = making.run(transaction).await;
    made.map_err(|error| error.in_table(&target.name))
}

impl Making<'_> {
    async fn run(self, transaction: &Transaction<'_>) -> Result<Vec<Statement>, Error> {
        let names = partition::candidates(&self.current.name, self.division, self.slots);
        let sql = partitions::sql(&self.current.name, self.current.live.oid, &names);
        let sql = catalog::isolated(&sql);
        let found = read(&query(transaction, &sql, MAKE).await?)?;
        let missing = self.missing(&found)?;
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        self.check(&found, missing.len())?;
        let lockable = Lockable::table(self.current.name.clone(), self.current.live.oid);
        let waiting = self.core.waiting();
        let found = if self.lock() == LockMode::AccessExclusive {
            execute::lock_exclusively(transaction, &[lockable], waiting, MAKE).await?;
            query(transaction, &sql, MAKE).await?
        } else {
            execute::lock_for_comment(transaction, &lockable, &sql, waiting, MAKE).await?
        };
        let found = read(&found)?;
        let statements = self.statements(&found)?;
        execute::run_shown(transaction, &statements, MAKE).await?;
        Ok(statements)
    }

    /// What attaching a partition locks the table with.
    fn lock(self) -> LockMode {
        match self.core.server.version {
            ..120_000 => LockMode::AccessExclusive,
            _ => LockMode::ShareUpdateExclusive,
        }
    }

    /// The column that rows are told apart by, as SQL.
    fn column(self) -> Option<String> {
        let position = *self.target.definition.partitioning()?.columns().first()?;
        let column = self.target.definition.columns().get(position)?;
        Some(Ident::new(column.name()).to_string())
    }

    fn missing(self, found: &FoundPartitions) -> Result<Vec<Missing>, Error> {
        let column = self.column().unwrap_or_default();
        let Self { current, division, slots, .. } = self;
        let missing = partition::missing(&current.name, &column, division, slots, found);
        missing.map_err(|reason| Error::new(ErrorKind::Unsupported { reason }, MAKE))
    }

    /// Whether so many partitions can be made, by this role.
    fn check(self, found: &FoundPartitions, count: usize) -> Result<(), Error> {
        let server = &self.core.server;
        if count > MOST {
            let reason = format!(
                "the batch has rows for {count} partitions that do not exist, and makes at most {MOST}: \
                 are its values right? If so, take smaller batches or longer periods"
            );
            return Err(Error::new(ErrorKind::Unsupported { reason }, MAKE));
        }
        if !found.is_owner {
            let what = format!(
                "the ownership of the table, which {:?} has, to make a partition of it",
                found.owner
            );
            return Err(privilege(server, what));
        }
        if !found.may_create {
            let schema = self.current.name.schema();
            return Err(privilege(server, format!("CREATE on schema {schema:?}")));
        }
        Ok(())
    }

    fn statements(self, found: &FoundPartitions) -> Result<Vec<Statement>, Error> {
        let default = found.partitions.iter().find(|partition| partition.bound == "DEFAULT");
        let default = default.map(|default| QualifiedName::new(&*default.schema, &*default.name));
        let columns = self.current.live.shape.columns.iter();
        let columns = columns.filter(|column| !column.is_generated());
        let columns = columns.map(|column| &*column.name).collect::<Vec<_>>();
        let attaching = Attaching {
            table: &self.current.name,
            owner: (found.owner != self.core.server.role).then_some(&*found.owner),
            default: default.as_ref(),
            columns: &columns,
            lock: self.lock(),
        };
        let missing = self.missing(found)?;
        Ok(missing.iter().flat_map(|missing| partition::attach(missing, attaching)).collect())
    }
}

fn read(messages: &[tokio_postgres::SimpleQueryMessage]) -> Result<FoundPartitions, Error> {
    partitions::read(messages).ok_or_else(|| unreadable(MAKE))
}
