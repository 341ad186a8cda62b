//! What a new table has already, since a hook has made it.

use super::locked;
use super::table::option_name;
use crate::catalog::{ColumnAttributes, Constraint, ForeignKey, Hanging, Statistics};
use crate::ident::{Ident, QualifiedName};
use crate::statement::Statement;

/// Removes from the dependents of a live table those that its replacement has already. Returns the statements
/// that give these their names on the live table, `live`, once the new table has replaced it.
pub(crate) fn leave_out(
    hanging: &mut Hanging,
    made: &Hanging,
    live: &QualifiedName,
) -> Vec<Statement> {
    let mut named = Vec::new();
    let mut rename = |from: &str, to: &str| {
        let (old, new) = (Ident::new(from), Ident::new(to));
        let sql = || locked(format!("ALTER TABLE {live} RENAME CONSTRAINT {old} TO {new}"));
        named.extend((from != to).then(sql));
    };
    hanging.constraints.retain(|constraint| {
        let found = made.constraints.iter().find(|made| is_same_constraint(made, constraint));
        found.iter().for_each(|made| rename(&made.name, &constraint.name));
        found.is_none()
    });
    hanging.foreign_keys.retain(|key| {
        let found = made.foreign_keys.iter().find(|made| is_same_key(made, key));
        found.iter().for_each(|made| rename(&made.name, &key.name));
        found.is_none()
    });
    hanging.statistics.retain(|statistics| {
        let found = made.statistics.iter().find(|made| is_same_statistics(made, statistics));
        named.extend(found.map(|made| {
            let (from, to) = (made.qualified_name(), statistics.qualified_name());
            locked(format!("ALTER STATISTICS {from} RENAME TO {}", to.name_ident()))
        }));
        found.is_none()
    });
    let code = &mut hanging.code;
    code.triggers.retain(|one| !made.code.triggers.iter().any(|made| made.name == one.name));
    code.rules.retain(|one| !made.code.rules.iter().any(|made| made.name == one.name));
    code.policies.retain(|one| !made.code.policies.iter().any(|made| made.name == one.name));
    hanging.publications.retain(|one| !made.publications.iter().any(|made| made.name == one.name));
    leave_out_attributes(hanging, made);
    for column in &mut hanging.columns {
        let made = made.columns.iter().find(|made| made.name == column.name);
        made.iter().for_each(|made| leave_out_of_column(column, made));
    }
    named
}

/// Whether they are one constraint: of one name, or of one definition.
fn is_same_constraint(made: &Constraint, live: &Constraint) -> bool {
    let is_carried = matches!(live.kind, 'c' | 'x') && made.kind == live.kind;
    is_carried && (made.name == live.name || made.definition == live.definition)
}

fn is_same_key(made: &ForeignKey, live: &ForeignKey) -> bool {
    let refers_alike = made.referenced.qualified_name() == live.referenced.qualified_name()
        || made.is_to && live.is_to;
    let is_alike = made.key == live.key && made.rest == live.rest && refers_alike;
    made.is_from && live.is_from && (made.name == live.name || is_alike)
}

/// PostgreSQL prints the columns in the order that they have in their table.
fn is_same_statistics(made: &Statistics, live: &Statistics) -> bool {
    let parts = |statistics: &'_ Statistics| {
        let (kinds, on) = statistics.middle.split_once(" ON ")?;
        let mut on = on.split(", ").map(str::to_owned).collect::<Vec<_>>();
        on.sort_unstable();
        Some((kinds.to_owned(), on))
    };
    parts(made) == parts(live)
}

fn leave_out_attributes(hanging: &mut Hanging, made: &Hanging) {
    let (table, of_hook) = (&mut hanging.table, &made.table);
    leave_out_options(&mut table.options, &of_hook.options);
    leave_out_options(&mut table.toast_options, &of_hook.toast_options);
    table.tablespace.take_if(|_| of_hook.tablespace.is_some());
    table.access_method.take_if(|_| of_hook.access_method.is_some());
    table.type_comment.take_if(|_| of_hook.type_comment.is_some());
    table.labels.retain(|label| {
        let of = &of_hook.labels;
        !of.iter().any(|made| (&made.provider, &made.column) == (&label.provider, &label.column))
    });
    if of_hook.replica_identity != 'd' {
        table.replica_identity = 'd';
        hanging.indexes.iter_mut().for_each(|index| index.replica_identity = false);
    }
    if made.indexes.iter().any(|index| index.clustered) {
        hanging.indexes.iter_mut().for_each(|index| index.clustered = false);
    }
}

fn leave_out_of_column(column: &mut ColumnAttributes, made: &ColumnAttributes) {
    column.storage.take_if(|_| made.storage.is_some());
    column.compression.take_if(|_| made.compression.is_some());
    column.statistics.take_if(|_| made.statistics.is_some());
    column.comment.take_if(|_| made.comment.is_some());
    leave_out_options(&mut column.options, &made.options);
}

fn leave_out_options(options: &mut Vec<String>, made: &[String]) {
    options.retain(|option| !made.iter().any(|made| option_name(made) == option_name(option)));
}
