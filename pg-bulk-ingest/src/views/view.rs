//! The views that depend on tables that are replaced.
//!
//! They are dropped and made again once the new tables have the live names. What a materialized
//! view takes to fill is done before that, so that no reader waits for it: it is made, with the
//! views that it reads, over the new tables in a schema that nobody else sees, and takes the place
//! of the old one by its name. So that the text of its query means the new tables, they are in such
//! a schema by the live names for as long.

use super::make::Making;
use super::order::{Step, order};
use super::relocate::{Moved, relocate};
use super::{Carried, settings};
use crate::catalog::View;
use crate::ident::{Ident, QualifiedName};
use crate::lock::Lockable;
use crate::statement::{LockMode, Statement};
use std::collections::{BTreeSet, HashMap};

/// A table that is replaced.
#[derive(Debug, Clone)]
pub(crate) struct Replaced {
    pub(crate) oid: u32,
    pub(crate) name: QualifiedName,
    /// The table that takes its place.
    pub(crate) fresh: QualifiedName,
}

/// The role that carries views over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role<'a> {
    pub(crate) name: &'a str,
    /// Whether it may create schemas.
    pub(crate) creates_schemas: bool,
}

/// What carries views over to the tables that replace those which they depend on.
pub(crate) fn carry(views: &[View], tables: &[Replaced], role: Role<'_>) -> Carried {
    if views.is_empty() {
        return Carried::default();
    }
    let needs = needs(views);
    let steps = order(&needs, |view| !views[view].materialized);
    let staged = stage(views, tables, &needs, &steps, role);
    let live = |view: usize| {
        let view = &views[view];
        Making { view, at: view.name(), role: role.name }
    };
    let mut after = settings::set();
    after.extend(staged.making.iter().map(|(_, making)| making.move_home()));
    after.extend(staged.schemas.iter().map(|schema| {
        let sql = format!("DROP SCHEMA {schema}");
        Statement::new(sql, LockMode::None, HIDDEN)
    }));
    for step in &steps {
        let (Step::Placeholder(view) | Step::Make(view) | Step::Define(view)) = *step;
        if staged.contains(view) {
            continue;
        }
        let making = live(view);
        let definition = &views[view].definition;
        match step {
            Step::Placeholder(_) => after.push(making.placeholder(false)),
            Step::Define(_) => {
                after.push(making.create(definition));
                after.extend(making.owner_and_grants());
            }
            Step::Make(_) => {
                let indexes = views[view].indexes.iter().map(|index| index.definition.clone());
                let indexes = indexes.collect::<Vec<_>>();
                after.extend(make(&making, definition, &indexes));
            }
        }
    }
    after.extend((0..views.len()).flat_map(|view| live(view).finish()));
    after.push(settings::reset());
    // Nobody else can use temporary ones, which cannot be locked by moving them.
    let locks = views.iter().filter(|view| !view.temporary);
    let locks = locks.map(|view| Lockable::view(view.name(), view.oid)).collect();
    Carried { before: staged.before, locks, drop: drop(&steps, views.len(), live), after }
}

/// For each view, the others that its query reads.
pub(super) fn needs(views: &[View]) -> Vec<Vec<usize>> {
    let positions = views.iter().enumerate().map(|(position, view)| (view.oid, position));
    let positions = positions.collect::<HashMap<_, _>>();
    let needs = |view: &View| {
        let read = view.needs.iter().filter(|need| need.reads);
        let found = read.filter_map(|need| positions.get(&need.oid).copied());
        found.collect::<BTreeSet<_>>().into_iter().collect()
    };
    views.iter().map(needs).collect()
}

/// Makes a view and, if it is materialized, what is stored of it.
fn make(making: &Making<'_>, definition: &str, indexes: &[String]) -> Vec<Statement> {
    let mut statements = vec![making.create(definition)];
    statements.extend(making.owner_and_grants());
    if making.view.materialized {
        statements.extend(making.storage());
        if making.view.holds_data() {
            statements.extend(making.fill());
        }
        statements.extend(making.indexes(indexes));
    }
    statements
}

/// Drops the views, each before those that it needs.
fn drop<'a>(steps: &[Step], count: usize, live: impl Fn(usize) -> Making<'a>) -> Vec<Statement> {
    let mut statements = settings::set();
    statements.extend((0..count).flat_map(|view| live(view).drop_rules()));
    for step in steps {
        if let Step::Placeholder(view) = step {
            statements.push(live(*view).placeholder(true));
        }
    }
    for step in steps.iter().rev() {
        if let Step::Placeholder(view) | Step::Make(view) = step {
            statements.push(live(*view).drop());
        }
    }
    statements.push(settings::reset());
    statements
}

const HIDDEN: &str = "materialized views are filled before readers have to wait";

/// Views that are made before the live ones are dropped.
#[derive(Default)]
struct Staged<'a> {
    making: Vec<(usize, Making<'a>)>,
    /// Which views they are.
    staged: BTreeSet<usize>,
    /// The schemas in which they are made.
    schemas: Vec<Ident>,
    before: Vec<Statement>,
}

impl Staged<'_> {
    fn contains(&self, view: usize) -> bool {
        self.staged.contains(&view)
    }
}

/// Whether each view is one that holds data or is read by one, where neither it nor anything that it
/// reads is in a circle or cannot move. Each view is looked at twice, however deep they are.
fn stageable(
    views: &[View],
    needs: &[Vec<usize>],
    steps: &[Step],
    can_move: impl Fn(&usize) -> bool,
) -> Vec<bool> {
    let mut movable = vec![false; views.len()];
    for step in steps {
        // What is in a circle reads a placeholder, or what does.
        if let Step::Make(view) = step {
            movable[*view] = needs[*view].iter().all(|need| movable[*need]) && can_move(view);
        }
    }
    let mut staged = vec![false; views.len()];
    for step in steps.iter().rev() {
        if let Step::Make(view) = step {
            staged[*view] |= movable[*view] && views[*view].holds_data();
            if staged[*view] {
                needs[*view].iter().for_each(|need| staged[*need] = true);
            }
        }
    }
    staged
}

/// Makes the materialized views that hold data, and the views that they read, over the new tables.
/// A role that may not create schemas can fill them only once the live ones are gone.
fn stage<'a>(
    views: &'a [View],
    tables: &[Replaced],
    needs: &[Vec<usize>],
    steps: &[Step],
    role: Role<'a>,
) -> Staged<'a> {
    let names = tables.iter().map(|table| &table.name).cloned();
    let names = names.chain(views.iter().map(View::name)).collect::<Vec<_>>();
    let schemas = names.iter().map(QualifiedName::schema).collect::<BTreeSet<_>>();
    let mark = tables.iter().map(|table| table.oid).min().unwrap_or_default();
    let positions = schemas.iter().enumerate().map(|(position, schema)| (*schema, position));
    let positions = positions.collect::<HashMap<_, _>>();
    let hidden = |name: &QualifiedName| {
        let position = positions.get(name.schema()).copied();
        Ident::new(format!("bulk_ingest_hidden_{mark}_{}", position.unwrap_or_default()))
    };
    let all = names.iter().map(|name| (name.clone(), hidden(name))).collect::<Moved>();
    let can_move = |view: &usize| {
        let view = &views[*view];
        let indexes = view.indexes.iter().map(|index| &index.definition);
        indexes.chain([&view.definition]).all(|sql| relocate(sql, &all).is_some())
    };
    if !role.creates_schemas || !views.iter().any(View::holds_data) {
        return Staged::default();
    }
    let staged = stageable(views, needs, steps, can_move);
    if !staged.contains(&true) {
        return Staged::default();
    }
    let staged = steps.iter().filter_map(|step| match step {
        Step::Make(view) if staged[*view] => Some(*view),
        _ => None,
    });
    let making = staged.map(|view| {
        let (view, name) = (view, views[view].name());
        let at = QualifiedName::new(hidden(&name).as_str(), name.name());
        (view, Making { view: &views[view], at, role: role.name })
    });
    let making = making.collect::<Vec<_>>();
    let tables_and_views = tables.iter().map(|table| table.name.clone());
    let moved = tables_and_views.chain(making.iter().map(|(_, making)| making.view.name()));
    let moved = moved.map(|name| (name.clone(), hidden(&name))).collect::<Moved>();
    let used = moved.targets();

    let hide = |sql: String| Statement::new(sql, LockMode::None, HIDDEN);
    let mut before = settings::set();
    for schema in &used {
        before.push(hide(format!("CREATE SCHEMA {schema}")));
        // An owner has to have the right to it to be given a view in it.
        before.push(hide(format!("GRANT ALL ON SCHEMA {schema} TO PUBLIC")));
    }
    for table in tables {
        let (schema, name) = (hidden(&table.name), table.name.name_ident());
        let fresh = table.fresh.name_ident();
        before.push(hide(format!("ALTER TABLE {} SET SCHEMA {schema}", table.fresh)));
        before.push(hide(format!("ALTER TABLE {schema}.{fresh} RENAME TO {name}")));
    }
    let in_place = |sql: &str| relocate(sql, &moved).unwrap_or_else(|| sql.to_owned());
    for (_, making) in &making {
        let indexes = making.view.indexes.iter().map(|index| in_place(&index.definition));
        let indexes = indexes.collect::<Vec<_>>();
        before.extend(make(making, &in_place(&making.view.definition), &indexes));
    }
    for table in tables {
        let (schema, name) = (hidden(&table.name), table.name.name_ident());
        let (home, fresh) = (table.fresh.schema_ident(), table.fresh.name_ident());
        before.push(hide(format!("ALTER TABLE {schema}.{name} RENAME TO {fresh}")));
        before.push(hide(format!("ALTER TABLE {schema}.{fresh} SET SCHEMA {home}")));
    }
    before.push(settings::reset());
    let staged = making.iter().map(|(view, _)| *view).collect();
    Staged { making, staged, schemas: used, before }
}

#[cfg(test)]
mod tests {
    use super::{Step, View, needs, order, stageable};
    use std::cell::Cell;

    /// A chain of materialized views, the last of which is over the table.
    fn chain(count: u32) -> Vec<View> {
        let view = |oid: u32| {
            serde_json::from_value::<View>(serde_json::json!({
                "oid": oid, "schema": "s", "name": format!("v{oid}"), "materialized": true,
                "temporary": false, "other_session": null, "owner": "o", "is_owner": true,
                "can_give": true, "schema_create": true, "owner_create": true,
                "definition": "SELECT", "populated": true, "options": [], "toast_options": [],
                "tablespace": null, "access_method": null, "replica_identity": null,
                "columns": [], "indexes": [], "rules": [], "triggers": [],
                "has_default_grants": true, "grants": [], "default_grantees": [],
                "comments": [], "labels": [],
                "needs": [{"oid": oid + 1, "column": null, "reads": true}],
            }))
        };
        (0..count).map(|oid| view(oid).unwrap()).collect()
    }

    #[test]
    fn each_view_is_looked_at_once_to_see_whether_it_can_move() {
        let views = chain(500);
        let needs = needs(&views);
        let steps = order(&needs, |_| false);
        assert_eq!(steps.first(), Some(&Step::Make(499)));
        let looks = Cell::new(0);
        let staged = stageable(&views, &needs, &steps, |view| {
            looks.set(looks.get() + 1);
            *view != 100
        });
        // What reads one that cannot move cannot either.
        let expected = (0..500).map(|view| view > 100).collect::<Vec<_>>();
        assert_eq!(staged, expected);
        assert!(looks.get() <= views.len(), "{}", looks.get());
    }
}
