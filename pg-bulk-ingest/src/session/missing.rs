//! Rows that an ingest of the whole did not come with, which are deleted at its end; and the fuse.

use super::core::Core;
use super::load::{Load, referred_first};
use super::target::Target;
use crate::error::{Error, ErrorKind};
use crate::execute::{numbers, query};
use crate::ident::QualifiedName;
use crate::merge::Seen;
use crate::options::Fuse;
use tokio_postgres::Transaction;

const DELETE: &str = "cannot delete the rows that did not come";

/// Whether the keys that come for a table are kept, since it may have rows from before the ingest.
fn is_seen(core: &Core, position: usize, target: &Target) -> bool {
    core.settings.deletes_missing
        && (core.existed.get(position) == Some(&true) || target.is_adopted)
}

impl Load {
    /// Keeps the keys of the rows of a batch that are staged.
    pub(super) async fn keep_keys(
        &self,
        transaction: &Transaction<'_>,
        core: &Core,
        targets: &[Target],
    ) -> Result<(), Error> {
        for (position, target) in targets.iter().enumerate() {
            let Some(current) = target.current.as_ref().filter(|_| is_seen(core, position, target))
            else {
                continue;
            };
            let seen = Seen::new(position, current.in_sql(target.definition, core.settings.upsert));
            let create = (core.totals.batches == 0).then(|| seen.create());
            let add = Some(seen.add(&self.staged(position))).filter(|add| !add.is_empty());
            let sql = create.into_iter().chain(add).collect::<Vec<_>>().join(";\n");
            if !sql.is_empty() {
                let kept = query(transaction, &sql, DELETE).await;
                kept.map_err(|error| error.in_table(&target.name))?;
            }
        }
        Ok(())
    }
}

/// Deletes the rows of each table whose keys did not come, in a table before those that it refers to.
/// Returns how many of each.
pub(super) async fn delete(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
) -> Result<Vec<u64>, Error> {
    let mut deleted = vec![0; targets.len()];
    for position in referred_first(targets).into_iter().rev() {
        let target = &targets[position];
        let Some(current) = target.current.as_ref().filter(|_| is_seen(core, position, target))
        else {
            continue;
        };
        let live = current.in_sql(target.definition, core.settings.upsert);
        let gone = numbers(transaction, &Seen::new(position, live).delete(live), DELETE).await;
        let [gone] = gone.map_err(|error| error.in_table(&target.name))?;
        deleted[position] = gone;
    }
    Ok(deleted)
}

/// Checks that no more rows were deleted than may be. They are counted with what is left; if they are too
/// many, the transaction is rolled back. Of a table that another replaces so many went as it has fewer rows.
pub(super) async fn check(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
    changes: &[Change],
) -> Result<(), Error> {
    if core.settings.fuse.is_none() {
        return Ok(());
    }
    for (target, change) in targets.iter().zip(changes) {
        let Some(current) = target.current.as_ref().filter(|_| change.deleted > 0) else {
            continue;
        };
        let live = current.in_sql(target.definition, core.settings.upsert);
        let counted = numbers(transaction, &live.count(), DELETE).await;
        let [rows] = counted.map_err(|error| error.in_table(&target.name))?;
        change.check(core.settings.fuse, rows).map_err(|error| error.in_table(&target.name))?;
    }
    Ok(())
}

/// Checks whether a table of so many rows may be emptied.
pub(super) fn check_emptied(core: &Core, name: &QualifiedName, rows: u64) -> Result<(), Error> {
    let change = Change { inserted: 0, deleted: rows, replaced: rows };
    change.check(core.settings.fuse, 0).map_err(|error| error.in_table(name))
}

/// What a transaction did to the number of rows of a table.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Change {
    pub(super) inserted: u64,
    pub(super) deleted: u64,
    /// Of those deleted, the ones that went with a table that was replaced.
    pub(super) replaced: u64,
}

impl Change {
    /// Whether so many rows may go, where the table now has this many.
    fn check(self, fuse: Option<Fuse>, rows: u64) -> Result<(), Error> {
        let before = (rows + self.deleted).saturating_sub(self.inserted);
        let going = match self.replaced {
            0 => self.deleted,
            replaced => replaced.saturating_sub(rows),
        };
        if fuse.is_none_or(|fuse| fuse.allows(going, before)) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Fuse { going, rows: before }, DELETE))
    }
}

#[cfg(test)]
mod tests {
    use super::Change;
    use crate::error::ErrorKind;
    use crate::options::Fuse;

    #[test]
    fn rows_are_counted_as_they_were_before() {
        let blown = |change: Change, rows| match change.check(Some(Fuse::rows(0)), rows) {
            Ok(()) => None,
            Err(error) => match error.kind() {
                ErrorKind::Fuse { going, rows } => Some((*going, *rows)),
                _ => None,
            },
        };
        let change = |inserted, deleted, replaced| Change { inserted, deleted, replaced };
        assert_eq!(blown(change(0, 0, 0), 10), None);
        assert_eq!(blown(change(5, 3, 0), 12), Some((3, 10)));
        // One that was replaced by more rows lost none.
        assert_eq!(blown(change(12, 10, 10), 12), None);
        assert_eq!(blown(change(4, 10, 10), 4), Some((6, 10)));
    }
}
