//! What columns have beside type, default and collation. It goes with a column that is dropped.

use super::table::option_sql;
use super::{Carried, Replacing, comment_on, locked, unseen};
use crate::catalog::{ColumnAttributes, Identity, LiveColumn};
use crate::ident::{Ident, Literal, QualifiedName, list};

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    for column in &replacing.hanging.columns {
        match replacing.column(&column.name) {
            Some(fresh) => carry_column(replacing, column, fresh, carried),
            None => refuse_used_sequences(column, carried),
        }
    }
}

fn carry_column(
    replacing: &Replacing<'_>,
    column: &ColumnAttributes,
    fresh: &LiveColumn,
    carried: &mut Carried,
) {
    let (table, name) = (replacing.fresh_name(), Ident::new(&column.name));
    // Its partitions have their own.
    let only = if replacing.is_partitioned() { "ONLY " } else { "" };
    let mut alter = |what: String| {
        carried
            .create
            .push(unseen(format!("ALTER TABLE {only}{table} ALTER COLUMN {name} {what}")));
    };
    // A new type comes with a storage of its own.
    if replacing.is_of_same_type(&column.name) {
        if let Some(storage) = &column.storage {
            alter(format!("SET STORAGE {storage}"));
        }
        if let Some(compression) = &column.compression {
            alter(format!("SET COMPRESSION {compression}"));
        }
    }
    if let Some(target) = column.statistics {
        alter(format!("SET STATISTICS {target}"));
    }
    if !column.options.is_empty() {
        alter(format!("SET ({})", list(column.options.iter().map(|option| option_sql(option)))));
    }
    if let Some(not_null) = column.not_null.as_ref().filter(|_| fresh.not_null) {
        let sql = format!("ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL");
        carried.create.push(unseen(sql));
        let constraint = Ident::new(&not_null.name);
        let inherit = if not_null.inherit { "" } else { " NO INHERIT" };
        // One that is NOT VALID is a difference from the definition.
        let sql = format!("ADD CONSTRAINT {constraint} NOT NULL {name}{inherit}");
        carried.copied.push(unseen(format!("ALTER TABLE {table} {sql}")));
    }
    if let Some(identity) = &column.identity
        && (fresh.default.is_none() || fresh.is_identity())
    {
        carry_identity(replacing, column, fresh, identity, carried);
    }
    let live = replacing.live.columns.iter().find(|live| live.name == column.name);
    if let Some(default) = live.filter(|live| live.is_serial).and_then(|live| live.default.as_ref())
        && fresh.default.is_none()
        && fresh.is_integer()
    {
        let sql = format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}");
        carried.create.push(unseen(sql));
    }
    for sequence in &column.sequences {
        // Here, since it waits for whoever took a value of it in a transaction that is open.
        let owner = match fresh.is_identity() {
            // Up to PostgreSQL 12 a column can have one alone.
            true => "NONE".to_owned(),
            false => format!("{table}.{name}"),
        };
        let sql = format!("ALTER SEQUENCE {} OWNED BY {owner}", sequence.qualified_name());
        carried.before.push(unseen(sql));
    }
    let object = format!("COLUMN {}.{name}", replacing.live_name());
    carried.after.extend(comment_on(&object, column.comment.as_ref()));
}

/// The sequence of an identity belongs to its column alone: the new column has another, which goes
/// on where that of the live one is.
fn carry_identity(
    replacing: &Replacing<'_>,
    column: &ColumnAttributes,
    fresh: &LiveColumn,
    identity: &Identity,
    carried: &mut Carried,
) {
    if !fresh.is_integer() {
        let (name, sql_type) = (&column.name, &fresh.sql_type);
        carried.refused.push(format!(
            "column {name:?} is an identity, which a column of type {sql_type} cannot be"
        ));
        return;
    }
    if !fresh.not_null {
        let name = &column.name;
        carried.refused.push(format!("column {name:?} is an identity, which cannot be nullable"));
        return;
    }
    let (table, name) = (replacing.fresh_name(), Ident::new(&column.name));
    let (live, unseen_name) = (identity.sequence(), fresh_sequence(replacing, identity));
    // The definition's, if that says it.
    let always = if fresh.is_identity() { fresh.is_identity_always() } else { identity.always };
    let generated = if always { "ALWAYS" } else { "BY DEFAULT" };
    let Identity { start, increment, minimum, maximum, cache, .. } = identity;
    let cycle = if identity.cycles { "CYCLE" } else { "NO CYCLE" };
    let bounds = match replacing.is_of_same_type(&column.name) {
        true => format!(" MINVALUE {minimum} MAXVALUE {maximum}"),
        // Those of the new type.
        false => String::new(),
    };
    if fresh.is_identity() {
        // With a sequence that is made for it.
        let sql = format!("ALTER TABLE {table} ALTER COLUMN {name} DROP IDENTITY");
        carried.create.push(unseen(sql));
    }
    carried.create.push(unseen(format!(
        "ALTER TABLE {table} ALTER COLUMN {name} ADD GENERATED {generated} AS IDENTITY \
         (SEQUENCE NAME {unseen_name} START WITH {start} INCREMENT BY {increment}{bounds} \
         CACHE {cache} {cycle})"
    )));
    let sequence = Literal(&unseen_name.to_string()).to_string();
    // The load goes on where the live one is, so that no value is given twice.
    carried.create.push(unseen(format!(
        "SELECT pg_catalog.setval({sequence}::pg_catalog.regclass, last_value, is_called) \
         FROM {live}"
    )));
    let further = if identity.increment.starts_with('-') { "ASC" } else { "DESC" };
    carried.drop.push(locked(format!(
        "SELECT pg_catalog.setval({sequence}::pg_catalog.regclass, last_value, is_called) \
         FROM (SELECT last_value, is_called FROM {live} \
         UNION ALL SELECT last_value, is_called FROM {unseen_name}) AS both_of_them \
         ORDER BY last_value {further}, is_called DESC LIMIT 1"
    )));
    let rename = format!("ALTER SEQUENCE {unseen_name} RENAME TO {}", live.name_ident());
    carried.after.push(locked(rename));
    carried.after.extend(comment_on(&format!("SEQUENCE {live}"), identity.comment.as_ref()));
}

/// The name of the sequence of the new column until that of the live one is gone.
fn fresh_sequence(replacing: &Replacing<'_>, identity: &Identity) -> QualifiedName {
    replacing.fresh_name().sibling(format!("pg_bulk_ingest_identity_{}", identity.oid))
}

/// A column's sequences go with it, unless others use them.
fn refuse_used_sequences(column: &ColumnAttributes, carried: &mut Carried) {
    for sequence in column.sequences.iter().filter(|sequence| !sequence.users.is_empty()) {
        let (name, owner) = (sequence.qualified_name(), &column.name);
        let users = sequence.users.join(", ");
        carried.refused.push(format!(
            "sequence {name} belongs to column {owner:?}, which is dropped, and is used by {users}"
        ));
    }
}
