//! Putting a table in the place of another.

use crate::catalog::{Grant, Shape};
use crate::ident::{Ident, QualifiedName, fitted};
use crate::statement::{LockLevel, Statement};
use std::collections::BTreeSet;

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
/// names. It counts on ACCESS EXCLUSIVE on the live table, and on nothing hanging on it.
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
    let mut unmatched = live.indexes.iter().collect::<Vec<_>>();
    for index in &fresh.indexes {
        let Some(position) = unmatched.iter().position(|live| *live == index) else {
            continue;
        };
        let old = Ident::new(&unmatched.remove(position).name);
        let new = name.sibling(&index.name);
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

/// Empties the live table. It counts on ACCESS EXCLUSIVE.
pub(crate) fn truncate(live: &QualifiedName) -> Statement {
    Statement::new(
        format!("TRUNCATE TABLE {live}"),
        LockLevel::AccessExclusive,
        "all rows are deleted, and there is no batch",
    )
}
