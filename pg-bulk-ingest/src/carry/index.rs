//! What indexes have beside their definition. It goes with an index that is not in the new table.

use super::constraint::fresh_exclusion;
use super::{Carried, Replacing, comment_on, locked, unseen};
use crate::catalog::IndexAttributes;
use crate::ident::{Ident, QualifiedName};
use crate::publish::kept_indexes;

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    for index in &replacing.hanging.indexes {
        match fresh_name(replacing, index) {
            Some(fresh) => carry_index(replacing, index, &fresh, carried),
            None if index.replica_identity => carried.refused.push(format!(
                "the replica identity is by index {:?}, which is not in the definition",
                index.name
            )),
            None => {}
        }
    }
}

/// The name of the index of the new table that replaces this one.
fn fresh_name(replacing: &Replacing<'_>, index: &IndexAttributes) -> Option<QualifiedName> {
    let kept = kept_indexes(replacing.live, replacing.fresh);
    let kept = kept.into_iter().find(|(live, _)| live.name == index.name);
    let exclusions = &replacing.hanging.constraints;
    let exclusion = exclusions
        .iter()
        .find(|constraint| constraint.kind == 'x' && constraint.index.as_ref() == Some(&index.name))
        .map(fresh_exclusion);
    let name = kept.map(|(_, fresh)| fresh.name.clone()).or(exclusion)?;
    Some(replacing.fresh_name().sibling(name))
}

fn carry_index(
    replacing: &Replacing<'_>,
    index: &IndexAttributes,
    fresh: &QualifiedName,
    carried: &mut Carried,
) {
    if let Some(tablespace) = &index.tablespace {
        let to = Ident::new(&tablespace.name);
        carried.before.push(unseen(format!("ALTER INDEX {fresh} SET TABLESPACE {to}")));
        if !tablespace.may_create {
            carried.missing.push(format!("CREATE on tablespace {:?}", tablespace.name));
        }
    }
    for (column, target) in &index.statistics {
        let sql = format!("ALTER INDEX {fresh} ALTER COLUMN {column} SET STATISTICS {target}");
        carried.before.push(unseen(sql));
    }
    let (table, name) = (replacing.live_name(), Ident::new(&index.name));
    for (set, sql) in
        [(index.clustered, "CLUSTER ON"), (index.replica_identity, "REPLICA IDENTITY USING INDEX")]
    {
        carried.after.extend(set.then(|| locked(format!("ALTER TABLE {table} {sql} {name}"))));
    }
    let object = format!("INDEX {}", table.sibling(&index.name));
    carried.after.extend(comment_on(&object, index.comment.as_ref()));
}
