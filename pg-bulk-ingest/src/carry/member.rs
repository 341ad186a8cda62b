//! The partitions of a table: made with it, each with what it has of its own.
//!
//! One of another order of columns than its table's gets that of the table. Indexes, constraints and
//! triggers that are parts of the table's come with these.

use super::grant::carry_grants;
use super::{Carried, Replacing, Swapped, carry_one, comment_on, unseen};
use crate::catalog::{
    Constraint, Grant, Hanging, IndexShape, LiveColumn, LiveTable, Member, Shape,
};
use crate::ident::{Ident, QualifiedName, free_name};
use crate::lock::Lockable;
use crate::plan::{KeptIndex, is_to_be_attached};
use crate::publish::{index_names, name_not_nulls};
use crate::settings::while_reading;
use crate::statement::{LockMode, Statement};

/// A partition of a live table that is replaced, with its table.
#[derive(Debug, Clone)]
pub(crate) struct ReplacedMember {
    pub(crate) member: Member,
    pub(crate) live: LiveTable,
    pub(crate) hanging: Hanging,
    /// Whether the role may create tables in its schema.
    pub(crate) schema_create: bool,
    /// The partition that replaces it, once it is made.
    pub(crate) fresh: Option<(u32, Shape)>,
}

impl ReplacedMember {
    /// A partition as it is, but for the indexes that an interrupted migration left.
    pub(crate) fn new(
        member: Member,
        mut live: LiveTable,
        hanging: Hanging,
        schema_create: bool,
    ) -> Self {
        let is_part = |name: &String| member.parts.contains(name);
        live.shape.indexes.retain(|one| is_part(&one.name) || !is_to_be_attached(&one.name));
        Self { member, live, hanging, schema_create, fresh: None }
    }

    pub(crate) fn names(&self) -> Swapped {
        Swapped { live: self.member.qualified_name(), fresh: self.member.fresh_name() }
    }

    /// What the partition that takes its place is: as it is made, or else as far as that can be told.
    fn fresh_shape(&self, root: &Replacing<'_>) -> Shape {
        if let Some((_, fresh)) = &self.fresh {
            return fresh.clone();
        }
        let column = |fresh: &LiveColumn| {
            let mut column = fresh.clone();
            let (above, own) = (of(root.live, &column.name), of(&self.live.shape, &column.name));
            if let (Some(above), Some(own)) = (above, own) {
                column.not_null |= own.not_null && !above.not_null;
                match own_default(above, own) {
                    Some(default) => column.default = default.cloned(),
                    // Up to 16 an identity is of the table alone.
                    None if fresh.is_identity() && !own.is_identity() => column.default = None,
                    None => {}
                }
            }
            column
        };
        let columns = root.fresh.columns.iter().map(column).collect();
        let mut indexes = root.fresh.indexes.clone();
        let own = self.own_indexes().filter(|own| !root.fresh.indexes.contains(own));
        indexes.extend(own.cloned());
        Shape { columns, indexes }
    }

    /// The indexes that are no parts of those of the table above.
    fn own_indexes(&self) -> impl Iterator<Item = &IndexShape> {
        let indexes = self.live.shape.indexes.iter();
        indexes.filter(|index| index.valid && !self.member.parts.contains(&index.name))
    }
}

fn of<'s>(shape: &'s Shape, name: &str) -> Option<&'s LiveColumn> {
    shape.columns.iter().find(|column| column.name == name)
}

/// The default of a column of a partition, if it is another than that of the table.
fn own_default<'a>(above: &LiveColumn, own: &'a LiveColumn) -> Option<Option<&'a String>> {
    let is_filled = |column: &LiveColumn| column.is_generated() || column.is_identity();
    (own.default != above.default && !is_filled(above) && !is_filled(own))
        .then_some(own.default.as_ref())
}

/// Carries the partitions of a table over.
pub(super) fn carry(root: &Replacing<'_>, carried: &mut Carried) {
    let mut created = Vec::new();
    for one in root.members {
        refuse(root, one, carried);
        created.extend(create(root, one));
    }
    // Before anything is said of the table that would be theirs, too.
    carried.create.splice(0..0, created);
    for one in root.members {
        let (names, fresh) = (one.names(), one.fresh_shape(root));
        let replacing = Replacing {
            hanging: &one.hanging,
            names: &names,
            live: &one.live.shape,
            fresh: &fresh,
            members: &[],
            ..*root
        };
        let mut own = carry_one(&replacing);
        indexes(one, &replacing, &mut own);
        carried.create.extend(own.create);
        carried.create.extend(columns(root, one, &names.fresh));
        carried.copied.extend(own.copied);
        carried.build.extend(own.build);
        carried.before.extend(own.before);
        carried.locks.extend(own.locks);
        carried.locks.push(Lockable::table(names.live.clone(), one.member.oid));
        carried.drop.extend(own.drop);
        carried.after.extend(own.after);
        carried
            .after
            .extend(comment_on(&format!("TABLE {}", names.live), one.live.comment.as_ref()));
        let of_one = |what: String| format!("{what} (of its partition {})", names.live);
        carried.refused.extend(own.refused.into_iter().map(of_one));
        carried.missing.extend(own.missing);
    }
}

/// What keeps a partition from being made again as it is.
fn refuse(root: &Replacing<'_>, one: &ReplacedMember, carried: &mut Carried) {
    let name = one.member.qualified_name();
    if one.member.is_foreign() {
        let refused = format!("its partition {name}, which is a foreign table");
        carried.refused.push(refused);
    }
    if one.member.leaves {
        carried.refused.push(format!("its partition {name}, which is being detached"));
    }
    if !one.live.is_owner {
        let owner = &one.live.owner;
        carried.missing.push(format!("the ownership of its partition {name}, which {owner:?} has"));
    }
    if !one.schema_create {
        carried.missing.push(format!("CREATE on schema {:?}", name.schema()));
    }
    if !one.live.owner_creates && one.live.owner != root.role {
        let (owner, schema) = (&one.live.owner, name.schema());
        carried.missing.push(format!("CREATE on schema {schema:?} of {owner:?}, who owns {name}"));
    }
    for own in &one.live.shape.columns {
        let above = of(root.live, &own.name);
        let is_other = |above: &&LiveColumn| above.default != own.default && own.is_generated();
        if above.is_some_and(|above| is_other(&above)) && of(root.fresh, &own.name).is_some() {
            let column = &own.name;
            carried.refused.push(format!(
                "the expression of column {column:?} of its partition {name}, which is another than \
                 the table's"
            ));
        }
    }
    let above = root.members.iter().find(|above| above.member.oid == one.member.above);
    let above = above.map_or(root.live, |above| &above.live.shape);
    for index in &one.live.shape.indexes {
        let is_part = one.member.parts.contains(&index.name);
        let is_alike = |other: &IndexShape| {
            (&other.form, other.unique, other.primary) == (&index.form, index.unique, index.primary)
        };
        if is_part && !above.indexes.iter().any(is_alike) {
            let (index, form) = (&index.name, &index.form);
            carried.refused.push(format!(
                "index {index:?} of its partition {name}, which is {form}, unlike that of the table"
            ));
        }
    }
    let is_lost = |constraint: &&Constraint| {
        let is_like = |other: &Constraint| other.kind == 'n' && other.name == constraint.name;
        constraint.kind == 'n'
            && constraint.inherited
            && constraint.comment.is_some()
            && !root.hanging.constraints.iter().any(is_like)
    };
    for constraint in one.hanging.constraints.iter().filter(is_lost) {
        let constraint = &constraint.name;
        carried.refused.push(format!(
            "the comment on constraint {constraint:?} of its partition {name}, which gets the name of \
             the table's"
        ));
    }
}

/// Makes a partition as it is, of the new table.
fn create(root: &Replacing<'_>, one: &ReplacedMember) -> Vec<Statement> {
    let above = root.members.iter().find(|above| above.member.oid == one.member.above);
    let above = above.map_or_else(|| root.fresh_name().clone(), |above| above.member.fresh_name());
    let (fresh, bound) = (one.member.fresh_name(), &one.member.bound);
    let key = one.member.key.as_ref();
    let key = key.map(|key| format!(" PARTITION BY {key}")).unwrap_or_default();
    let purpose = "the new table is partitioned as the live one is";
    let statement = |sql: String| Statement::new(sql, LockMode::None, purpose);
    let create = statement(format!("CREATE TABLE {fresh} PARTITION OF {above} {bound}{key}"));
    let mut statements = while_reading(bound, vec![create]);
    if one.live.owner != root.role {
        let owner = Ident::new(&one.live.owner);
        statements.push(statement(format!("ALTER TABLE {fresh} OWNER TO {owner}")));
    }
    statements
}

/// Gives the columns of a partition what they have unlike those of the table.
fn columns(root: &Replacing<'_>, one: &ReplacedMember, fresh: &QualifiedName) -> Vec<Statement> {
    let mut statements = Vec::new();
    for own in &one.live.shape.columns {
        let (Some(above), Some(_)) = (of(root.live, &own.name), of(root.fresh, &own.name)) else {
            continue;
        };
        let column = Ident::new(&own.name);
        let alter =
            |what: &str| unseen(format!("ALTER TABLE {fresh} ALTER COLUMN {column} {what}"));
        match own_default(above, own) {
            Some(Some(default)) => {
                let set = alter(&format!("SET DEFAULT {default}"));
                statements.extend(while_reading(default, vec![set]));
            }
            Some(None) => statements.push(alter("DROP DEFAULT")),
            None => {}
        }
        if own.not_null && !above.not_null {
            statements.push(alter("SET NOT NULL"));
        }
    }
    statements
}

/// Builds the indexes and keys that a partition has of its own. An index of the table that is like one of
/// them takes it for its part.
fn indexes(one: &ReplacedMember, replacing: &Replacing<'_>, carried: &mut Carried) {
    for index in one.own_indexes() {
        let what = format!("index {:?}", index.name);
        if !carried.has_columns(replacing, &what, &index.columns) {
            continue;
        }
        let constraints = &replacing.hanging.constraints;
        let constraint = constraints.iter().find(|one| one.index.as_ref() == Some(&index.name));
        if constraint.is_some() && !index.form.starts_with("btree ") {
            carried.refused.push(format!("the constraint of {what}, which is {}", index.form));
            continue;
        }
        let deferrable = constraint.and_then(|one| one.definition.rsplit_once(')'));
        let deferrable = deferrable.map_or("", |(_, deferrable)| deferrable);
        let name = free_name(&index.name, "pg_bulk_ingest", &[]);
        let kept = KeptIndex { index, name: &name, deferrable };
        carried.build.extend(kept.build(replacing.fresh_name(), replacing.is_partitioned()));
    }
}

/// Gives the partitions that replace others, and their indexes, the names of those. It counts on
/// these being dropped, and the table having its name.
pub(crate) fn name(root: &Shape, members: &[ReplacedMember], taken: &[String]) -> Vec<Statement> {
    let purpose = "the new partitions take the places of the live ones";
    let statement = |sql: String| Statement::new(sql, LockMode::AccessExclusive, purpose);
    let mut taken = taken.to_vec();
    taken.extend(members.iter().flat_map(|one| one.member.taken.iter().cloned()));
    let mut statements = Vec::new();
    for one in members {
        let Swapped { live, fresh } = one.names();
        statements.push(statement(format!("ALTER TABLE {fresh} RENAME TO {}", live.name_ident())));
        let Some((_, shape)) = &one.fresh else { continue };
        for (index, new) in index_names(live.name(), &one.live.shape, shape, &taken) {
            let (index, ident) = (live.sibling(index), Ident::new(&new));
            statements.push(statement(format!("ALTER INDEX {index} RENAME TO {ident}")));
            taken.push(new);
        }
        // Those of the table's columns have the names that they have there.
        let is_own =
            |column: &&LiveColumn| of(root, &column.name).is_some_and(|above| !above.not_null);
        let own = shape.columns.iter().filter(is_own).cloned().collect();
        let own = Shape { columns: own, indexes: Vec::new() };
        statements.extend(name_not_nulls(&live, &one.live.shape, &own, &taken));
    }
    statements
}

/// Gives the new partitions the grants of the live ones, and no others.
pub(crate) fn carry_grants_of_members(
    root: &Replacing<'_>,
    grants: &[Vec<Grant>],
) -> Vec<Statement> {
    let of_one = |(one, grants): (&ReplacedMember, &Vec<Grant>)| {
        let (names, fresh) = (one.names(), one.fresh_shape(root));
        let (hanging, names, live, fresh) = (&one.hanging, &names, &one.live.shape, &fresh);
        carry_grants(&Replacing { hanging, names, live, fresh, members: &[], ..*root }, grants)
    };
    root.members.iter().zip(grants).flat_map(of_one).collect()
}

#[cfg(test)]
mod tests;
