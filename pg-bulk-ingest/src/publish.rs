//! Putting a table in the place of another.

use crate::catalog::{IndexShape, LiveColumn, LiveTable, Shape};
use crate::ident::{Ident, QualifiedName, free_name, list};
use crate::plan::index_name;
use crate::statement::{LockMode, Statement};

/// Checks now what constraints of these names would check later.
pub(crate) fn check_constraints(names: &[String]) -> String {
    format!("SET CONSTRAINTS {} IMMEDIATE", list(names))
}

/// Keeps writers from the live table while the other is loaded, since what they commit would be
/// lost. Readers go on.
pub(crate) fn keep_writers_out(live: &QualifiedName) -> Statement {
    let sql = format!("LOCK TABLE {live} IN SHARE ROW EXCLUSIVE MODE");
    let purpose = "writers wait, so that nothing they commit is lost; readers go on";
    Statement::new(sql, LockMode::ShareRowExclusive, purpose)
}

/// Counts the rows that go with the live table.
pub(crate) fn count(name: &QualifiedName, live: &LiveTable) -> String {
    format!("SELECT pg_catalog.count(*) FROM {}", live.own_rows(name))
}

/// Gives the new table the owner of the live one.
pub(crate) fn set_owner(fresh: &QualifiedName, owner: &str) -> Statement {
    let sql = format!("ALTER TABLE {fresh} OWNER TO {}", Ident::new(owner));
    Statement::new(sql, LockMode::None, "the owner is kept")
}

/// The names of the indexes of a table that replaces another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    /// Those that they have, each with the one that it gets.
    pub(crate) indexes: &'a [(String, String)],
    /// Those that nothing else may get.
    pub(crate) taken: &'a [String],
}

/// Drops the live table and puts the other in its place, indexes and constraints by their old
/// names; those that it did not have get names that are not among those taken. It counts on ACCESS
/// EXCLUSIVE on the live table, and on its dependents being carried over. `dropped` are the columns
/// that the new table does not have.
pub(crate) fn swap(
    name: &QualifiedName,
    fresh_name: &QualifiedName,
    live: &Shape,
    fresh: &Shape,
    Names { indexes, taken }: Names<'_>,
    dropped: &[&str],
) -> Vec<Statement> {
    let purpose = "the new table takes the place of the live one";
    let statement = |sql: String| Statement::new(sql, LockMode::AccessExclusive, purpose);
    let mut statements = vec![
        drop_live(name, dropped).unwrap_or_else(|| statement(format!("DROP TABLE {name}"))),
        statement(format!("ALTER TABLE {fresh_name} RENAME TO {}", name.name_ident())),
    ];
    let mut taken = taken.to_vec();
    taken.extend(indexes.iter().map(|(_, new)| new.clone()));
    statements.extend(indexes.iter().map(|(index, new)| {
        let (index, new) = (name.sibling(index), Ident::new(new));
        statement(format!("ALTER INDEX {index} RENAME TO {new}"))
    }));
    statements.extend(name_not_nulls(name, live, fresh, &taken));
    statements
}

/// Drops a live table with columns that the one that takes its place does not have.
fn drop_live(name: &QualifiedName, dropped: &[&str]) -> Option<Statement> {
    let columns = list(dropped.iter().map(|column| format!("{column:?}")));
    let purpose = match dropped {
        [] => return None,
        [_] => format!("column {columns}, which is not in the struct, goes with the live table"),
        _ => format!("columns {columns}, which are not in the struct, go with the live table"),
    };
    let sql = format!("DROP TABLE {name}");
    Some(Statement::new(sql, LockMode::AccessExclusive, purpose).dropping_data())
}

/// Gives the NOT NULL constraints of a table that took the place of another, from PostgreSQL 18 on,
/// the names that those had, or else names that are not taken.
pub(crate) fn name_not_nulls(
    name: &QualifiedName,
    old: &Shape,
    new: &Shape,
    taken: &[String],
) -> Vec<Statement> {
    let mut taken = taken.to_vec();
    taken.extend(old.columns.iter().filter_map(|column| column.not_null_constraint.clone()));
    let rename = |column: &LiveColumn| {
        let constraint = column.not_null_constraint.as_ref()?;
        let old = old.columns.iter().find(|old| old.name == column.name);
        let old = old.and_then(|old| old.not_null_constraint.clone());
        let new = old.unwrap_or_else(|| {
            let stem = format!("{}_{}", name.name(), column.name);
            let new = free_name(&stem, "not_null", &taken);
            taken.push(new.clone());
            new
        });
        (new != *constraint).then(|| {
            let (constraint, new) = (Ident::new(constraint), Ident::new(new));
            let sql = format!("ALTER TABLE {name} RENAME CONSTRAINT {constraint} TO {new}");
            let purpose = "the new table takes the place of the live one";
            Statement::new(sql, LockMode::AccessExclusive, purpose)
        })
    };
    new.columns.iter().filter_map(rename).collect()
}

/// The names of the new table's indexes, and those that they get.
pub(crate) fn index_names(
    table: &str,
    live: &Shape,
    fresh: &Shape,
    taken: &[String],
) -> Vec<(String, String)> {
    let of_live = |name: &String| live.indexes.iter().any(|index| index.name == *name);
    let mut taken = taken.iter().filter(|name| !of_live(name)).cloned().collect::<Vec<_>>();
    let kept = kept_indexes(live, fresh);
    let mut names = Vec::new();
    for (old, index) in &kept {
        taken.push(old.name.clone());
        names.push((index.name.clone(), old.name.clone()));
    }
    let is_kept = |index: &IndexShape| kept.iter().any(|(_, kept)| kept.name == index.name);
    let unnamed = fresh.indexes.iter().filter(|index| !is_kept(index));
    for index in unnamed {
        let new = index_name(table, index, &taken);
        taken.push(new.clone());
        names.push((index.name.clone(), new));
    }
    names
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
pub(crate) fn truncate(live: &[(&QualifiedName, &LiveTable)]) -> Statement {
    Statement::new(
        format!("TRUNCATE TABLE {}", list(live.iter().map(|(name, live)| live.own_rows(name)))),
        LockMode::AccessExclusive,
        "all rows are deleted, and there is no batch",
    )
}
