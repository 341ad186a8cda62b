//! CHECK and EXCLUDE constraints, and the comments on all but foreign keys.

use super::{Carried, Replacing, comment_on, locked, unseen};
use crate::catalog::Constraint;
use crate::ident::{Ident, QualifiedName};
use crate::publish::kept_indexes;
use crate::statement::Statement;

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    for constraint in &replacing.hanging.constraints {
        let stays = match constraint.kind {
            // It comes with the table above.
            'c' if constraint.inherited => true,
            'c' => carry_check(replacing, constraint, carried),
            'x' => carry_exclusion(replacing, constraint, carried),
            // That of a constraint trigger comes with the trigger; NOT NULL with the column.
            't' => true,
            'n' => constraint
                .columns
                .iter()
                .all(|name| replacing.column(name).is_some_and(|column| column.not_null)),
            _ => kept_indexes(replacing.live, replacing.fresh)
                .iter()
                .any(|(live, _)| constraint.index.as_ref() == Some(&live.name)),
        };
        if stays && constraint.kind != 't' {
            carried.after.extend(comment(replacing.live_name(), constraint));
        }
    }
}

/// The comment on a constraint. That on the one of a trigger is made after the trigger.
pub(super) fn comment(table: &QualifiedName, constraint: &Constraint) -> Option<Statement> {
    let object = format!("CONSTRAINT {} ON {table}", Ident::new(&constraint.name));
    comment_on(&object, constraint.comment.as_ref())
}

/// Rows meet it as they are loaded, as they would in the live table, and an error names its row.
fn carry_check(replacing: &Replacing<'_>, check: &Constraint, carried: &mut Carried) -> bool {
    let what = format!("check constraint {:?}", check.name);
    if !carried.has_columns(replacing, &what, &check.columns)
        || is_of_whole_row(check, &what, carried)
    {
        return false;
    }
    let (table, name) = (replacing.fresh_name(), Ident::new(&check.name));
    let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", check.definition);
    // Rows of the live table may not meet it, if it is not valid.
    let list = if check.valid { &mut carried.create } else { &mut carried.copied };
    list.push(unseen(sql));
    true
}

/// Its index is built with the others, after the load.
fn carry_exclusion(
    replacing: &Replacing<'_>,
    exclusion: &Constraint,
    carried: &mut Carried,
) -> bool {
    let what = format!("exclusion constraint {:?}", exclusion.name);
    if replacing.is_partitioned() || exclusion.inherited {
        carried.refused.push(format!("{what}, which is one of partitions"));
        return false;
    }
    if !carried.has_columns(replacing, &what, &exclusion.columns)
        || is_of_whole_row(exclusion, &what, carried)
    {
        return false;
    }
    let (table, name) = (replacing.fresh_name(), Ident::new(fresh_exclusion(exclusion)));
    let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", exclusion.definition);
    carried.before.push(unseen(sql));
    let (live, old) = (replacing.live_name(), Ident::new(&exclusion.name));
    carried.after.push(locked(format!("ALTER TABLE {live} RENAME CONSTRAINT {name} TO {old}")));
    true
}

/// The name of an exclusion constraint, and of its index, until that of the live table is gone.
pub(super) fn fresh_exclusion(exclusion: &Constraint) -> String {
    format!("pg_bulk_ingest_exclusion_{}", exclusion.oid)
}

fn is_of_whole_row(constraint: &Constraint, what: &str, carried: &mut Carried) -> bool {
    if constraint.whole_row {
        carried.refused.push(format!("{what} uses the row as a whole"));
    }
    constraint.whole_row
}
