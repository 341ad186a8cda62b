//! Columns that get other names, before anything else is done to their tables.
//!
//! What follows is planned for the table as it will be, which `plan()` shows; an ingest looks at the tables
//! again once their columns have their names.

use super::core::{Core, Settings};
use super::examine::made_of;
use super::migrate::{ATTEMPTS, is_of_others, run};
use super::refusal::START;
use super::start;
use super::target::{Current, Target};
use crate::catalog::{LiveTable, Names};
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::ident::QualifiedName;
use crate::options::Migration;
use crate::plan::{self, Rename, Step};
use crate::report::Plan;
use crate::watermark;
use std::collections::BTreeMap;
use tokio_postgres::Client;

const RENAME: &str = "cannot rename columns of the table";

/// The columns of a live table that are to get other names.
#[derive(Debug, Clone)]
pub(super) struct Renaming {
    /// The table as it is.
    before: LiveTable,
    renames: Vec<Rename>,
    pub(super) step: Step,
}

impl Renaming {
    /// Finds the columns that have former names of the definition's.
    pub(super) fn find(
        name: &QualifiedName,
        definition: &Table,
        live: &LiveTable,
        migration: Migration,
    ) -> Result<Option<Self>, Error> {
        let comment = live.comment.as_deref();
        let renames = match plan::renames(definition, &live.shape, &made_of(live)) {
            Ok(renames) if renames.is_empty() => return Ok(None),
            Ok(renames) => renames,
            // It lists what differs.
            Err(_) if migration == Migration::Freeze => return Ok(None),
            Err(reasons) => return Err(Error::new(ErrorKind::CannotMigrate { reasons }, RENAME)),
        };
        // What becomes of them is written into the comment.
        watermark::made(comment).map_err(|unreadable| unreadable.error(comment, RENAME))?;
        let step = plan::rename_step(name, &renames);
        Ok(Some(Self { before: live.clone(), renames, step }))
    }

    pub(super) fn names(&self) -> Names {
        let names = |rename: &Rename| (rename.from.clone(), rename.to.clone());
        self.renames.iter().map(names).collect()
    }

    /// Returns the table as it is going to be, with what its comment will say.
    pub(super) fn after(&self, live: &LiveTable) -> LiveTable {
        let mut after = live.renamed(&self.names());
        let comment = live.comment.as_deref();
        let recorded = watermark::made(comment)
            .map(|made| made.after(&live.shape, &plan::rename_delta(&self.renames)))
            .and_then(|made| watermark::with_made(comment, &made));
        if let Ok(Some(comment)) = recorded {
            after.comment = Some(comment);
        }
        after
    }

    /// Whether a column gets its name by it.
    pub(super) fn gives(&self, column: &str) -> bool {
        self.renames.iter().any(|rename| rename.to == column)
    }

    /// Each in words.
    pub(super) fn differences(&self) -> impl Iterator<Item = String> {
        self.renames.iter().map(|Rename { from, to }| {
            format!("column {from:?} is there, defined as {to:?}, which it is to be renamed to")
        })
    }

    /// Why PostgreSQL would refuse it, where it says so of columns by the names that they get.
    pub(super) fn refused(&self, why: impl Fn(&String) -> Option<String>) -> Vec<String> {
        let refused = |rename: &Rename| {
            why(&rename.to).map(|why| format!("{rename}, which is not possible: {why}"))
        };
        self.renames.iter().filter_map(refused).collect()
    }
}

/// Whether a former name is that of one column alone: of flattened structs the derive does not see it.
pub(super) fn check(definition: &Table) -> Result<(), Error> {
    let columns = definition.columns();
    let mut former = BTreeMap::new();
    for column in columns {
        for from in column.former_names() {
            let own = columns.iter().find(|column| column.name() == from);
            let other = own.or_else(|| former.insert(from.clone(), column));
            if let Some(other) = other {
                let (field, theirs) = (column.field(), other.field());
                let reason = format!(
                    "field `{field}` is renamed from {from:?}, which is a column, or a former one, of \
                     field `{theirs}`, too"
                );
                return Err(Error::new(ErrorKind::Definition { reason }, START));
            }
        }
    }
    Ok(())
}

/// Gives columns their names.
pub(super) async fn run_all(client: &mut Client, core: &mut Core) -> Result<(), Error> {
    let mut done = Plan::default();
    for attempt in 1.. {
        if core.targets.iter().all(|target| target.renaming.is_none()) {
            break;
        }
        for target in &core.targets {
            let Some(renaming) = &target.renaming else { continue };
            let before = Current::outdated(target.name.clone(), renaming.before.clone());
            let target = Target { current: Some(before), ..target.clone() };
            match run(client, core, &target, &renaming.step).await {
                Ok(statements) => done.extend(statements),
                Err(error) if attempt < ATTEMPTS && is_of_others(&error) == Some(true) => {
                    tracing::debug!(%error, "another session changes the table as well");
                }
                Err(error) => return Err(error.in_table(&target.name)),
            }
        }
        look_again(client, core).await?;
    }
    core.totals.migrated.extend(done.statements().iter().cloned());
    Ok(())
}

/// Looks at all tables as an ingest does that begins.
async fn look_again(client: &mut Client, core: &mut Core) -> Result<(), Error> {
    let tables = core.targets.iter().map(|target| (target.name.clone(), target.definition));
    // The stored high watermark is that which the ingest begins after.
    let settings = Settings { begins_after_stored: false, ..core.settings.clone() };
    let again = start::start(client, tables.collect(), settings).await?;
    let (deadline, store) = (core.deadline.take(), std::mem::take(&mut core.store));
    let (unreadable, totals) = (core.unreadable.take(), std::mem::take(&mut core.totals));
    *core = Core { deadline, store, unreadable, totals, ..again };
    Ok(())
}
