//! What the server fills columns with, as the catalog shows it in the place of a default.

use super::migrate::Subject;
use crate::catalog::LiveColumn;
use crate::compare::Change;
use crate::definition::{Column, Table};
use crate::ident::{Ident, Literal, QualifiedName};
use crate::settings::while_reading;
use crate::statement::{LockMode, Statement};

/// Whether it is an identity.
pub(super) fn is_identity(default: &str) -> bool {
    default.starts_with("GENERATED ") && !is_formula(default)
}

/// Whether it is computed from other columns.
pub(super) fn is_formula(default: &str) -> bool {
    default.starts_with("GENERATED ALWAYS AS (")
}

/// Whether a column is computed when it is read.
pub(super) fn is_virtual(column: &LiveColumn) -> bool {
    column.is_generated() && column.default.as_ref().is_some_and(|sql| sql.ends_with(" VIRTUAL"))
}

/// Whether a change makes a column one that is computed, or one that is no longer.
pub(super) fn concerns_formula(change: &Change) -> bool {
    let Change::AlterDefault { live, defined, .. } = change else { return false };
    live.iter().chain(defined).any(|default| is_formula(default))
}

/// The column that a change makes one that is computed.
pub(super) fn computed(change: &Change) -> Option<&String> {
    match change {
        Change::AlterDefault { column, defined: Some(defined), .. } if is_formula(defined) => {
            Some(column)
        }
        _ => None,
    }
}

/// The column that a change makes an identity.
pub(super) fn becomes_identity(change: &Change) -> Option<&String> {
    match change {
        Change::AlterDefault { column, live, defined: Some(defined) }
            if is_identity(defined) && !live.as_deref().is_some_and(is_identity) =>
        {
            Some(column)
        }
        _ => None,
    }
}

/// Whether a change gives a column that says something of the load its default, instead of one by which it
/// would say something else.
pub(super) fn is_foreign_to_stamp(definition: &Table, change: &Change) -> bool {
    let Change::AlterDefault { column: name, live: Some(live), .. } = change else { return false };
    let column = definition.columns().iter().find(|column| column.name() == name);
    let stamp = column.and_then(Column::stamp);
    stamp.is_some_and(|stamp| !stamp.is_filled_by(live))
}

/// The statements that make or unmake an identity in place, or change its kind; `None` if it is about
/// none.
pub(super) fn alter_identity(subject: &Subject<'_>, change: &Change) -> Option<Vec<Statement>> {
    let Change::AlterDefault { column, live, defined } = change else { return None };
    let name = Ident::new(column);
    let alter =
        |what: &str| subject.alter(&format!("ALTER COLUMN {name} {what}"), change.to_string());
    let (was, is) =
        (live.as_deref().is_some_and(is_identity), defined.as_deref().is_some_and(is_identity));
    match (was, is, defined) {
        (true, true, Some(defined)) => {
            let kind = defined.trim_end_matches(" AS IDENTITY");
            Some(vec![alter(&format!("SET {kind}"))])
        }
        (true, false, None) => Some(vec![alter("DROP IDENTITY")]),
        (true, false, Some(default)) => {
            let set = alter(&format!("SET DEFAULT {default}"));
            let set = while_reading(default, vec![set]);
            Some(std::iter::once(alter("DROP IDENTITY")).chain(set).collect())
        }
        (false, true, Some(defined)) => {
            let drop = live.as_ref().map(|_| alter("DROP DEFAULT"));
            let columns = &subject.live.shape.columns;
            let serial = columns.iter().find(|found| found.name == *column && found.is_serial);
            let release = serial.and_then(|serial| release(serial.default.as_ref()?));
            let add = alter(&format!("ADD {defined}"));
            let go_on = go_on(subject.name, column, LockMode::AccessExclusive);
            Some(drop.into_iter().chain(release).chain([add, go_on]).collect())
        }
        _ => None,
    }
}

/// Makes the sequence of a SERIAL one that is no column's: up to PostgreSQL 12 a column can have one alone.
fn release(default: &str) -> Option<Statement> {
    let (_, name) = default.split_once("nextval('")?;
    let (name, _) = name.split_once("'::regclass")?;
    let sql = format!("ALTER SEQUENCE {} OWNED BY NONE", name.replace("''", "'"));
    let purpose = "the column gets a sequence of its own, and this one stays";
    Some(Statement::new(sql, LockMode::AccessExclusive, purpose))
}

/// Sets the sequence of an identity behind the values that there are.
pub(super) fn go_on(table: &QualifiedName, column: &str, lock: LockMode) -> Statement {
    let (name, text, of) = (Ident::new(column), Literal(column), table.to_string());
    let sql = format!(
        "SELECT pg_catalog.setval(d.objid::pg_catalog.regclass, last) \
         FROM (SELECT pg_catalog.max({name})::pg_catalog.int8 AS last FROM {table}) AS there \
         CROSS JOIN pg_catalog.pg_depend AS d JOIN pg_catalog.pg_attribute AS a \
         ON a.attrelid OPERATOR(pg_catalog.=) d.refobjid \
         AND a.attnum OPERATOR(pg_catalog.=) d.refobjsubid \
         WHERE last OPERATOR(pg_catalog.>) 0 AND d.deptype OPERATOR(pg_catalog.=) 'i' \
         AND d.classid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid \
         AND d.refobjid OPERATOR(pg_catalog.=) {}::pg_catalog.regclass \
         AND a.attname OPERATOR(pg_catalog.=) {text}",
        Literal(&of)
    );
    Statement::new(sql, lock, format!("column {column:?} goes on behind the values that there are"))
}

/// Returns so many values of the sequence of a column.
pub(crate) fn next_values(table: &QualifiedName, column: &str, count: usize) -> String {
    let (table, column) = (Literal(&table.to_string()).to_string(), Literal(column));
    format!(
        "SELECT pg_catalog.nextval((SELECT pg_catalog.pg_get_serial_sequence({table}, {column})\
         ::pg_catalog.regclass)) FROM pg_catalog.generate_series(1, {count})"
    )
}
