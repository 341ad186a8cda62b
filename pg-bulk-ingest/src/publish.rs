//! Putting a table in the place of another.

use crate::catalog::{Grant, Shape};
use crate::ident::{Ident, QualifiedName, fitted};
use crate::plan::index_name;
use crate::statement::{LockLevel, Statement};
use std::collections::BTreeSet;

/// The name of a table until it takes the place of the live one.
pub(crate) fn fresh_name(live: &QualifiedName) -> QualifiedName {
    live.sibling(fitted(live.name(), "pg_bulk_ingest_fresh"))
}

/// Keeps writers from the live table while the other is loaded, since what they commit would be
/// lost. Readers go on.
pub(crate) fn keep_writers_out(live: &QualifiedName) -> Statement {
    let sql = format!("LOCK TABLE {live} IN SHARE ROW EXCLUSIVE MODE");
    let purpose = "writers wait, so that nothing they commit is lost; readers go on";
    Statement::new(sql, LockLevel::ShareRowExclusive, purpose)
}

/// The same, and counts the rows that go with the live table.
pub(crate) fn keep_writers_out_and_count(live: &QualifiedName) -> String {
    format!("{};\nSELECT pg_catalog.count(*) FROM {live}", keep_writers_out(live).sql())
}

/// Gives the new table the owner of the live one.
pub(crate) fn set_owner(fresh: &QualifiedName, owner: &str) -> Statement {
    let sql = format!("ALTER TABLE {fresh} OWNER TO {}", Ident::new(owner));
    Statement::new(sql, LockLevel::None, "the owner is kept")
}

/// Gives the new table the grants of the live one, and takes from it what default privileges gave.
pub(crate) fn carry_grants(fresh: &QualifiedName, grants: &[Grant]) -> Vec<Statement> {
    let signature = |grant: &Grant| (grant.privilege_sql(), grant.grantee_sql(), grant.grantable);
    let (live, new): (Vec<_>, Vec<_>) = grants.iter().partition(|grant| grant.live);
    let live = live.into_iter().map(signature).collect::<BTreeSet<_>>();
    let new = new.into_iter().map(signature).collect::<BTreeSet<_>>();
    let revoke = new.difference(&live).map(|(privilege, grantee, _)| {
        let sql = format!("REVOKE {privilege} ON TABLE {fresh} FROM {grantee}");
        Statement::new(sql, LockLevel::None, "the live table does not grant it")
    });
    // A privilege that differs in its grant option was just revoked whole.
    let grant = live.difference(&new).map(|(privilege, grantee, grantable)| {
        let option = if *grantable { " WITH GRANT OPTION" } else { "" };
        let sql = format!("GRANT {privilege} ON TABLE {fresh} TO {grantee}{option}");
        Statement::new(sql, LockLevel::None, "the grants are kept")
    });
    revoke.chain(grant).collect()
}

/// Drops the live table and puts the other in its place, indexes and constraints by their old
/// names; those that it did not have get names that are not among those taken. It counts on ACCESS
/// EXCLUSIVE on the live table, and on nothing hanging on it.
pub(crate) fn swap(
    name: &QualifiedName,
    fresh_name: &QualifiedName,
    live: &Shape,
    fresh: &Shape,
    taken: &[String],
) -> Vec<Statement> {
    let purpose = "the new table takes the place of the live one";
    let statement = |sql: String| Statement::new(sql, LockLevel::AccessExclusive, purpose);
    let mut statements = vec![
        statement(format!("DROP TABLE {name}")),
        statement(format!("ALTER TABLE {fresh_name} RENAME TO {}", name.name_ident())),
    ];
    let indexes = index_names(name.name(), live, fresh, taken);
    statements.extend(indexes.into_iter().map(|(index, new)| {
        let (index, new) = (name.sibling(index), Ident::new(new));
        statement(format!("ALTER INDEX {index} RENAME TO {new}"))
    }));
    for column in &fresh.columns {
        let Some(constraint) = &column.not_null_constraint else { continue };
        let old = live.columns.iter().find(|old| old.name == column.name);
        let old = old.and_then(|old| old.not_null_constraint.clone());
        let new =
            old.unwrap_or_else(|| fitted(&format!("{}_{}", name.name(), column.name), "not_null"));
        if new != *constraint {
            let (constraint, new) = (Ident::new(constraint), Ident::new(new));
            let sql = format!("ALTER TABLE {name} RENAME CONSTRAINT {constraint} TO {new}");
            statements.push(statement(sql));
        }
    }
    statements
}

/// The names of the new table's indexes, and those that they get.
fn index_names(
    table: &str,
    live: &Shape,
    fresh: &Shape,
    taken: &[String],
) -> Vec<(String, String)> {
    let of_live = |name: &String| live.indexes.iter().any(|index| index.name == *name);
    let mut taken = taken.iter().filter(|name| !of_live(name)).cloned().collect::<Vec<_>>();
    let mut unmatched = live.indexes.iter().collect::<Vec<_>>();
    let mut names = Vec::new();
    let mut unnamed = Vec::new();
    for index in &fresh.indexes {
        match unmatched.iter().position(|live| *live == index) {
            Some(position) => {
                let old = unmatched.remove(position).name.clone();
                taken.push(old.clone());
                names.push((index.name.clone(), old));
            }
            None => unnamed.push(index),
        }
    }
    for index in unnamed {
        let new = index_name(table, index, &taken);
        taken.push(new.clone());
        names.push((index.name.clone(), new));
    }
    names
}

/// Empties the live table. It counts on ACCESS EXCLUSIVE.
pub(crate) fn truncate(live: &QualifiedName) -> Statement {
    Statement::new(
        format!("TRUNCATE TABLE {live}"),
        LockLevel::AccessExclusive,
        "all rows are deleted, and there is no batch",
    )
}
