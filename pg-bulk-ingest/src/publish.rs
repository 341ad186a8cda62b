//! Putting a table in the place of another.

use crate::catalog::{IndexShape, Shape};
use crate::ident::{Ident, QualifiedName, fitted, list};
use crate::statement::{LockLevel, Statement};

/// The name of a table until it takes the place of the live one.
pub(crate) fn fresh_name(live: &QualifiedName) -> QualifiedName {
    live.sibling(fitted(live.name(), "pg_bulk_ingest_fresh"))
}

/// Keeps writers from the live table while the other is loaded, since what they commit would be
/// lost, and counts the rows that go with it. Readers go on.
pub(crate) fn keep_writers_out_and_count(live: &QualifiedName) -> String {
    format!(
        "LOCK TABLE {live} IN SHARE ROW EXCLUSIVE MODE;\nSELECT pg_catalog.count(*) FROM {live}"
    )
}

/// Gives the new table the owner of the live one.
pub(crate) fn set_owner(fresh: &QualifiedName, owner: &str) -> Statement {
    let sql = format!("ALTER TABLE {fresh} OWNER TO {}", Ident::new(owner));
    Statement::new(sql, LockLevel::None, "the owner is kept")
}

/// Drops the live table and puts the other in its place, indexes and constraints by their old
/// names. It counts on ACCESS EXCLUSIVE on the live table, and on what hangs on it being carried over.
pub(crate) fn swap(
    name: &QualifiedName,
    fresh_name: &QualifiedName,
    live: &Shape,
    fresh: &Shape,
) -> Vec<Statement> {
    let purpose = "the new table takes the place of the live one";
    let statement = |sql: String| Statement::new(sql, LockLevel::AccessExclusive, purpose);
    let mut statements = vec![
        statement(format!("DROP TABLE {name}")),
        statement(format!("ALTER TABLE {fresh_name} RENAME TO {}", name.name_ident())),
    ];
    for (old, new) in kept_indexes(live, fresh) {
        let (old, new) = (Ident::new(&old.name), name.sibling(&new.name));
        statements.push(statement(format!("ALTER INDEX {new} RENAME TO {old}")));
    }
    for column in &fresh.columns {
        let old = live.columns.iter().find(|old| old.name == column.name);
        let old = old.and_then(|old| old.not_null_constraint.as_ref());
        if let (Some(old), Some(new)) = (old, &column.not_null_constraint)
            && old != new
        {
            let (old, new) = (Ident::new(old), Ident::new(new));
            let sql = format!("ALTER TABLE {name} RENAME CONSTRAINT {new} TO {old}");
            statements.push(statement(sql));
        }
    }
    statements
}

/// The indexes of a live table that the new one has too, whatever their names, each with that.
pub(crate) fn kept_indexes<'s>(
    live: &'s Shape,
    fresh: &'s Shape,
) -> Vec<(&'s IndexShape, &'s IndexShape)> {
    let mut unmatched = live.indexes.iter().collect::<Vec<_>>();
    let kept = |index: &'s IndexShape| {
        let position = unmatched.iter().position(|live| *live == index)?;
        Some((unmatched.remove(position), index))
    };
    fresh.indexes.iter().filter_map(kept).collect()
}

/// Empties live tables. It counts on ACCESS EXCLUSIVE.
pub(crate) fn truncate(live: &[QualifiedName]) -> Statement {
    Statement::new(
        format!("TRUNCATE TABLE {}", list(live)),
        LockLevel::AccessExclusive,
        "all rows are deleted, and there is no batch",
    )
}
