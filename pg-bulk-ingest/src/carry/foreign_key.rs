//! Foreign keys, from the table and to it.
//!
//! Both are built and checked before ACCESS EXCLUSIVE: one to the table as a second constraint beside
//! that to the live one. Writers of the table at the other end wait from then on; its readers go on.

use super::{Carried, KEPT, Replacing, comment_on, locked};
use crate::catalog::{ForeignKey, OfPartition};
use crate::ident::{Ident, QualifiedName};
use crate::lock::Lockable;
use crate::publish::kept_indexes;
use crate::statement::{LockMode, Statement};

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    for key in &replacing.hanging.foreign_keys {
        if key.is_from {
            carry_outgoing(replacing, key, carried);
        } else {
            carry_incoming(replacing, key, carried);
        }
    }
}

/// The name of a table as it is before the swap: that of its replacement if it has one.
fn current(replacing: &Replacing<'_>, name: QualifiedName) -> QualifiedName {
    let swapped = replacing.all.iter().find(|swapped| swapped.live == name);
    swapped.map_or(name, |swapped| swapped.fresh.clone())
}

fn add(
    table: &QualifiedName,
    name: &str,
    key: &ForeignKey,
    referenced: &QualifiedName,
) -> Statement {
    let (name, ForeignKey { key, rest, .. }) = (Ident::new(name), key);
    let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {key}{referenced}{rest}");
    Statement::new(sql, LockMode::ShareRowExclusive, KEPT)
}

/// A key from the table, perhaps to itself.
fn carry_outgoing(replacing: &Replacing<'_>, key: &ForeignKey, carried: &mut Carried) {
    let what = format!("foreign key {:?}", key.name);
    if !carried.has_columns(replacing, &what, &key.columns)
        || key.is_to && !has_key(replacing, &what, key, carried)
    {
        return;
    }
    let referenced = key.referenced.qualified_name();
    if !key.is_to && !key.may_refer {
        carried.missing.push(format!("REFERENCES on table {referenced}, to which {what} refers"));
    }
    let referenced = current(replacing, referenced);
    carried.before.push(add(replacing.fresh_name(), &key.name, key, &referenced));
    carried.after.extend(comment(replacing.live_name(), key));
    carried.after.extend(name_partitions(key, &key.name));
}

/// A key of another table.
fn carry_incoming(replacing: &Replacing<'_>, key: &ForeignKey, carried: &mut Carried) {
    let table = key.referencing.qualified_name();
    let what = format!("foreign key {:?} of table {table}", key.name);
    if !has_key(replacing, &what, key, carried) {
        return;
    }
    let name = Ident::new(&key.name);
    let drop = locked(format!("ALTER TABLE {table} DROP CONSTRAINT {name}"));
    carried.drop.push(drop);
    // A table that is replaced too comes with its own.
    if replacing.all.iter().any(|swapped| swapped.live == table) {
        return;
    }
    if let Some(owner) = &key.referencing_owner {
        carried.missing.push(format!("the ownership of table {table}, which {owner:?} has"));
    }
    let fresh = format!("pg_bulk_ingest_foreign_key_{}", key.oid);
    carried.before.push(add(&table, &fresh, key, replacing.fresh_name()));
    carried.locks.push(Lockable::table(table.clone(), key.referencing.oid));
    // A hook may have made it on a table that is going to replace one, and then has.
    let swapped = replacing.all.iter().find(|swapped| swapped.fresh == table);
    let table = swapped.map_or(table, |swapped| swapped.live.clone());
    carried.after.extend(rename(&table, &fresh, &key.name));
    carried.after.extend(comment(&table, key));
    carried.after.extend(name_partitions(key, &fresh));
}

/// Whether the new table has the unique key that a foreign key refers to.
fn has_key(replacing: &Replacing<'_>, what: &str, key: &ForeignKey, carried: &mut Carried) -> bool {
    if !carried.has_columns(replacing, what, &key.referenced_columns) {
        return false;
    }
    let kept = kept_indexes(replacing.live, replacing.fresh);
    let has = kept.iter().any(|(live, _)| key.index.as_ref() == Some(&live.name));
    if !has {
        let index = key.index.as_deref().unwrap_or_default();
        carried.refused.push(format!("{what} refers to {index:?}, which is not in the definition"));
    }
    has
}

/// Gives the constraints of partitions, which were made by this name, the ones that they had.
fn name_partitions(key: &ForeignKey, name: &str) -> Vec<Statement> {
    let of_one = |partition: &OfPartition| {
        let (table, old) = (partition.table(), &partition.name);
        let object = format!("CONSTRAINT {} ON {table}", Ident::new(old));
        let comment = comment_on(&object, partition.comment.as_ref());
        rename(&table, name, old).into_iter().chain(comment).collect::<Vec<_>>()
    };
    key.partitions.iter().flat_map(of_one).collect()
}

fn rename(table: &QualifiedName, from: &str, to: &str) -> Option<Statement> {
    let (old, new) = (Ident::new(from), Ident::new(to));
    let sql = || locked(format!("ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}"));
    (from != to).then(sql)
}

fn comment(table: &QualifiedName, key: &ForeignKey) -> Option<Statement> {
    let object = format!("CONSTRAINT {} ON {table}", Ident::new(&key.name));
    comment_on(&object, key.comment.as_ref())
}

/// What has to be done to empty a table to which others refer: their keys are taken off, and put
/// back once it is empty.
#[derive(Debug, Default)]
pub(crate) struct Unreferred {
    pub(crate) locks: Vec<Lockable>,
    pub(crate) drop: Vec<Statement>,
    pub(crate) add: Vec<Statement>,
}

/// The keys to a table from others than those that are emptied with it.
pub(crate) fn unrefer(
    live: &QualifiedName,
    keys: &[ForeignKey],
    emptied: &[QualifiedName],
) -> Unreferred {
    let mut unreferred = Unreferred::default();
    for key in keys.iter().filter(|key| !key.is_from) {
        let table = key.referencing.qualified_name();
        if emptied.contains(&table) {
            continue;
        }
        let name = Ident::new(&key.name);
        unreferred.drop.push(locked(format!("ALTER TABLE {table} DROP CONSTRAINT {name}")));
        unreferred.add.push(add(&table, &key.name, key, live));
        unreferred.add.extend(comment(&table, key));
        unreferred.add.extend(name_partitions(key, &key.name));
        unreferred.locks.push(Lockable::table(table, key.referencing.oid));
    }
    unreferred
}
