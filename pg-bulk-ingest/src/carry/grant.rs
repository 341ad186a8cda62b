//! Grants.

use super::{KEPT, Replacing, locked};
use crate::catalog::{Grant, LiveColumn};
use crate::ident::{Ident, QualifiedName};
use crate::statement::{LockMode, Statement};
use std::collections::BTreeSet;

/// What tells a grant from another on the same object.
type Signature = (Option<String>, String, String, bool);

/// Gives the new table, and the sequences of its identity columns, the grants of the live one, and
/// takes from them what default privileges gave. It counts on their having the live one's names.
pub(crate) fn carry_grants(replacing: &Replacing<'_>, grants: &[Grant]) -> Vec<Statement> {
    let role = replacing.role;
    let on = |identity: Option<&str>| {
        let of = |grant: &&Grant| grant.identity.as_deref() == identity;
        let kept = |grant: &&Grant| {
            grant.column.as_ref().is_none_or(|column| replacing.column(column).is_some())
        };
        grants.iter().filter(of).filter(kept).collect::<Vec<_>>()
    };
    let mut statements = carry_object("TABLE", replacing.live_name(), &on(None), role);
    for column in &replacing.hanging.columns {
        let carried = replacing.column(&column.name).is_some_and(LiveColumn::is_identity);
        if let Some(identity) = column.identity.as_ref().filter(|_| carried) {
            let grants = on(Some(&column.name));
            statements.extend(carry_object("SEQUENCE", &identity.sequence(), &grants, role));
        }
    }
    statements
}

fn carry_object(kind: &str, name: &QualifiedName, grants: &[&Grant], role: &str) -> Vec<Statement> {
    let signature = |grant: &&&Grant| -> Signature {
        let grantor = grant.grantor.clone();
        (grantor, grant.privilege_sql(), grant.grantee_sql(), grant.grantable)
    };
    let (live, new): (Vec<_>, Vec<_>) = grants.iter().partition(|grant| grant.live);
    let live = live.iter().map(signature).collect::<BTreeSet<_>>();
    let new = new.iter().map(signature).collect::<BTreeSet<_>>();
    let mut statements = Vec::new();
    for (_, privilege, grantee, _) in new.difference(&live) {
        let sql = format!("REVOKE {privilege} ON {kind} {name} FROM {grantee}");
        let purpose = "the live table does not grant it";
        statements.push(Statement::new(sql, LockMode::AccessExclusive, purpose));
    }
    // A privilege that differs in its grant option was just revoked whole.
    for (grantor, privilege, grantee, grantable) in
        ordered(live.difference(&new).cloned().collect())
    {
        let option = if grantable { " WITH GRANT OPTION" } else { "" };
        let sql = format!("GRANT {privilege} ON {kind} {name} TO {grantee}{option}");
        match grantor {
            None => statements.push(locked(sql)),
            Some(grantor) => statements.extend([
                Statement::new(set_role(&grantor), LockMode::None, KEPT),
                locked(sql),
                Statement::new(set_role(role), LockMode::None, KEPT),
            ]),
        }
    }
    statements
}

fn set_role(role: &str) -> String {
    format!("SET LOCAL ROLE {}", Ident::new(role))
}

/// The grants in an order in which who grants something was granted it before: those of the owner
/// first.
fn ordered(grants: Vec<Signature>) -> Vec<Signature> {
    let (mut ordered, mut left): (Vec<_>, Vec<_>) =
        grants.into_iter().partition(|(grantor, ..)| grantor.is_none());
    while !left.is_empty() {
        let has = |grant: &Signature| {
            let grantor = grant.0.as_ref().map(|role| Ident::new(role).to_string());
            ordered.iter().any(|(_, privilege, grantee, grantable)| {
                *grantable && Some(grantee) == grantor.as_ref() && *privilege == grant.1
            })
        };
        let (next, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(has);
        if next.is_empty() {
            // Granted by a right that is not in sight: PostgreSQL says whether it still is.
            ordered.extend(rest);
            break;
        }
        ordered.extend(next);
        left = rest;
    }
    ordered
}
