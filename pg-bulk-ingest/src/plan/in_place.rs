//! The steps that change a table where it is.

use super::filling::alter_identity;
use super::index_name::index_name;
use super::migrate::Subject;
use super::step::Step;
use super::tree::add_to_tree;
use super::widen::{Widening, widening};
use crate::catalog::{IndexShape, Leftover, LiveColumn};
use crate::compare::Change;
use crate::ident::{Ident, free_name};
use crate::made::Delta;
use crate::settings::{while_in_utc, while_reading};
use crate::statement::{Cost, LockMode, Statement};

/// The version from which NOT NULL can be added without looking at the rows that are there.
const NOT_NULL_NOT_VALID: u32 = 180_000;

/// The suffix of the constraints by which a column is shown to hold no NULL.
const NOT_NULL: &str = "pg_bulk_ingest_not_null";

/// The steps, in the order in which they are run.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) first: Vec<Statement>,
    validate: Vec<Statement>,
    undo: Vec<Statement>,
    pub(super) builds: Vec<Step>,
    /// Columns that are known to hold no NULL are set NOT NULL: what a primary key needs.
    set: Vec<Statement>,
    pub(super) keys: Vec<Statement>,
    /// What keys and indexes that are gone no longer need.
    drop: Vec<Statement>,
    /// What is made of the table by the first step, and by the last.
    pub(super) made: Delta,
    pub(super) made_last: Delta,
    /// The indexes that are built: from before they are there, so that one whose build is
    /// interrupted is known to be ours.
    building: Vec<String>,
}

/// The steps of changes each of which can be done in place.
pub(super) fn steps(subject: &Subject<'_>, changes: &[Change]) -> Vec<Step> {
    let mut steps = Steps::default();
    let serves = |leftover: &Leftover| {
        let serves = |change: &Change| match change {
            Change::SetNotNull { column } => leftover.column.as_ref() == Some(column),
            _ => false,
        };
        subject.version < NOT_NULL_NOT_VALID && changes.iter().any(serves)
    };
    for leftover in subject.live.leftovers.iter().filter(|leftover| !serves(leftover)) {
        let sql = format!("DROP CONSTRAINT {}", Ident::new(&leftover.name));
        let purpose = "left by an interrupted migration";
        steps.first.push(subject.alter(&sql, purpose));
    }
    let mut taken = subject.surroundings.taken();
    for change in changes {
        if let Change::DropIndex { index } = change
            && !index.valid
            && subject.live.kind != 'p'
        {
            steps.first.push(drop_index(subject, index, change));
            steps.made.indexes.push((index.name.clone(), false));
            taken.retain(|name| *name != index.name);
        }
    }
    let retyped = |column: &str| {
        changes
            .iter()
            .any(|change| matches!(change, Change::AlterType { live, .. } if live.name == column))
    };
    // A default of the old type may be none of the new one.
    for change in changes {
        if let Change::AlterDefault { column, live: Some(_), .. } = change
            && retyped(column)
            && alter_identity(subject, change).is_none()
        {
            let sql = format!("ALTER COLUMN {} DROP DEFAULT", Ident::new(column));
            steps.first.push(subject.alter(&sql, change.to_string()));
        }
    }
    let others = match subject.live.kind {
        'p' => add_to_tree(subject, changes, &mut steps),
        _ => changes.iter().collect(),
    };
    for change in others {
        add(subject, change, &mut steps, &mut taken);
    }
    for change in changes {
        let Change::AlterDefault { column, live, defined } = change else { continue };
        steps.made.defaults.push((column.clone(), defined.is_some()));
        if let Some(statements) = alter_identity(subject, change) {
            // Once it is NOT NULL.
            steps.drop.extend(statements);
            continue;
        }
        let column_sql = Ident::new(column);
        let sql = match defined {
            Some(default) => {
                let sql = format!("ALTER COLUMN {column_sql} SET DEFAULT {default}");
                let set = subject.alter(&sql, change.to_string());
                steps.first.extend(while_reading(default, vec![set]));
                continue;
            }
            None if live.is_some() && retyped(column) => continue,
            None => format!("ALTER COLUMN {column_sql} DROP DEFAULT"),
        };
        steps.first.push(subject.alter(&sql, change.to_string()));
    }
    // Those of an interrupted migration are known already; but what is written forgets those that are
    // not there yet, unless it names them.
    let are_known = steps.building.iter().all(|name| subject.made.has_index(name));
    if are_known && steps.made.is_empty() {
        steps.building.clear();
    }
    steps.in_order(subject.live.kind == 'p')
}

impl Steps {
    /// A primary key of a partitioned table needs columns that are NOT NULL from the beginning.
    fn in_order(mut self, is_partitioned: bool) -> Vec<Step> {
        let mut order = Vec::new();
        let mut last = self.set;
        if is_partitioned && !last.is_empty() && !self.builds.is_empty() {
            let made = Delta::default();
            self.builds.insert(0, Step::Exclusive { statements: std::mem::take(&mut last), made });
        }
        last.append(&mut self.keys);
        last.append(&mut self.drop);
        if self.validate.is_empty() && self.builds.is_empty() {
            self.first.append(&mut last);
            self.made.append(&mut self.made_last);
        }
        self.made.indexes.extend(self.building.into_iter().map(|name| (name, true)));
        if !self.first.is_empty() {
            let made = std::mem::take(&mut self.made);
            order.push(Step::Exclusive { statements: self.first, made });
        }
        if !self.validate.is_empty() || !self.made.is_empty() {
            let (statements, undo) = (self.validate, self.undo);
            order.push(Step::Shared { statements, undo, made: self.made });
        }
        order.append(&mut self.builds);
        if !last.is_empty() {
            order.push(Step::Exclusive { statements: last, made: self.made_last });
        }
        order
    }
}

fn add(subject: &Subject<'_>, change: &Change, steps: &mut Steps, taken: &mut Vec<String>) {
    let purpose = change.to_string();
    match change {
        Change::AddColumn { column } => {
            let sql = format!("ADD COLUMN {}", column_definition(column));
            let add = vec![subject.alter(&sql, purpose)];
            steps.first.extend(match &column.default {
                Some(default) => while_reading(default, add),
                None => add,
            });
            steps.made.columns.push((column.name.clone(), true));
            if column.default.is_some() {
                steps.made.defaults.push((column.name.clone(), true));
            }
        }
        Change::DropColumn { column } => {
            let sql = format!("DROP COLUMN {}", Ident::new(&column.name));
            let own = subject.surroundings.of_column(&column.name).filter(|other| other.own);
            let purpose = own.fold(purpose, |purpose, own| {
                format!("{purpose}, {} goes with it", own.description)
            });
            steps.drop.push(subject.alter(&sql, purpose).dropping_data());
            steps.made_last.columns.push((column.name.clone(), false));
            steps.made_last.defaults.push((column.name.clone(), false));
        }
        Change::AlterType { live, defined } => {
            let found = widening(&live.sql_type, &defined.sql_type, subject.version);
            // Without it the collation would become the type's own.
            let collation = defined.collation.as_ref();
            let collation = collation.map_or_else(String::new, |name| format!(" COLLATE {name}"));
            let (column, sql_type) = (Ident::new(&live.name), &defined.sql_type);
            let sql = format!("ALTER COLUMN {column} TYPE {sql_type}{collation}");
            let alter = vec![subject.alter(&sql, purpose)];
            steps.first.extend(match found {
                Some(Widening::InUtc) => {
                    while_in_utc("timestamps are taken to be in UTC, as they are stored", alter)
                }
                _ => alter,
            });
        }
        Change::SetNotNull { column } => set_not_null(subject, column, &purpose, steps, taken),
        Change::DropNotNull { column } => {
            let sql = format!("ALTER COLUMN {} DROP NOT NULL", Ident::new(column));
            steps.drop.push(subject.alter(&sql, purpose));
        }
        Change::PrimaryKey { live, defined } => {
            let old = live.as_ref().and_then(|index| index.constraint.as_ref());
            match defined {
                None => {
                    steps.made_last.indexes.extend(live.iter().map(|i| (i.name.clone(), false)));
                    let old = old.map(|old| format!("DROP CONSTRAINT {}", Ident::new(old)));
                    steps.keys.extend(old.map(|sql| subject.alter(&sql, purpose)));
                }
                Some(index) => build(subject, index, old, &purpose, steps, taken),
            }
        }
        Change::AddIndex { index } => build(subject, index, None, &purpose, steps, taken),
        Change::AdoptIndex { index, primary, replaces } => {
            let old = replaces.as_ref().and_then(|index| index.constraint.as_ref());
            let name = Ident::new(&index.name);
            steps.keys.push(adopt(subject, &name, *primary, old, purpose));
            if let Some(old) = old {
                let is_made = subject.made.has_index(&index.name);
                steps.made_last.renamed(&index.name, old, is_made);
            }
        }
        Change::DropIndex { index } if index.valid => {
            steps.keys.push(drop_index(subject, index, change));
            steps.made_last.indexes.push((index.name.clone(), false));
        }
        // Done before all else, or after; or not in place.
        Change::DropIndex { .. }
        | Change::AlterDefault { .. }
        | Change::AlterCollation { .. }
        | Change::Reorder { .. } => {}
    }
}

/// The definition of a column as it is in a table.
pub(super) fn column_definition(column: &LiveColumn) -> String {
    let mut sql = format!("{} {}", Ident::new(&column.name), column.sql_type);
    if let Some(collation) = &column.collation {
        sql += &format!(" COLLATE {collation}");
    }
    match &column.default {
        Some(how) if column.is_generated() || column.is_identity() => sql += &format!(" {how}"),
        Some(default) => sql += &format!(" DEFAULT {default}"),
        None => {}
    }
    if column.not_null {
        sql += " NOT NULL";
    }
    sql
}

/// The rows are looked at while readers and writers go on; that none has a NULL is known, by a
/// constraint, when the column is set NOT NULL.
fn set_not_null(
    subject: &Subject<'_>,
    column: &str,
    purpose: &str,
    steps: &mut Steps,
    taken: &mut Vec<String>,
) {
    let mut free = |stem: &str, suffix| {
        let name = free_name(stem, suffix, taken);
        taken.push(name.clone());
        Ident::new(name)
    };
    let column_sql = Ident::new(column);
    let validate = |name: &Ident| {
        let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {name}", subject.name);
        let statement = Statement::new(sql, LockMode::ShareUpdateExclusive, purpose.to_owned());
        statement.costing(Cost::Scan)
    };
    let drop = |name: &Ident| subject.alter(&format!("DROP CONSTRAINT {name}"), "it is not needed");
    if subject.version >= NOT_NULL_NOT_VALID {
        let columns = &subject.live.shape.columns;
        let live = columns.iter().find(|live| live.name == column);
        let found = live.and_then(|live| live.not_null_constraint.as_ref()).map(Ident::new);
        let name = found.unwrap_or_else(|| {
            let name = free(&format!("{}_{column}", subject.name.name()), "not_null");
            let sql = format!("ADD CONSTRAINT {name} NOT NULL {column_sql} NOT VALID");
            steps.first.push(subject.alter(&sql, purpose.to_owned()));
            steps.undo.push(drop(&name));
            name
        });
        steps.validate.push(validate(&name));
        return;
    }
    // An interrupted migration left it.
    let mut leftovers = subject.live.leftovers.iter();
    let found = leftovers.find(|leftover| leftover.column.as_deref() == Some(column));
    let name = found.map_or_else(|| free(column, NOT_NULL), |found| Ident::new(&found.name));
    if found.is_none() {
        let sql = format!("ADD CONSTRAINT {name} CHECK ({column_sql} IS NOT NULL) NOT VALID");
        steps.first.push(subject.alter(&sql, purpose.to_owned()));
    }
    if found.is_none_or(|leftover| !leftover.valid) {
        steps.validate.push(validate(&name));
        steps.undo.push(drop(&name));
    }
    let sql = format!("ALTER COLUMN {column_sql} SET NOT NULL");
    steps.set.push(subject.alter(&sql, purpose.to_owned()));
    steps.set.push(drop(&name));
}

/// Builds an index while readers and writers go on; a primary key or unique constraint then takes
/// it, in one statement with the end of the one that it replaces.
fn build(
    subject: &Subject<'_>,
    index: &IndexShape,
    replaces: Option<&String>,
    purpose: &str,
    steps: &mut Steps,
    taken: &mut Vec<String>,
) {
    let name = index_name(subject.name.name(), index, taken);
    taken.push(name.clone());
    let ident = Ident::new(&name);
    let unique = if index.unique { "UNIQUE " } else { "" };
    let sql = format!(
        "CREATE {unique}INDEX CONCURRENTLY {ident} ON {} USING {}",
        subject.name, index.form
    );
    let lock = LockMode::ShareUpdateExclusive;
    let statement = Statement::new(sql, lock, purpose.to_owned()).costing(Cost::Scan);
    let undo = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", subject.name.sibling(&name));
    let undo = Statement::new(undo, lock, "it could not be built").outside_transaction();
    steps.builds.push(Step::Outside { statement: statement.outside_transaction(), undo });
    steps.building.push(name.clone());
    if index.unique {
        if let Some(old) = replaces {
            steps.made_last.renamed(&name, old, true);
        }
        let adopted = adopt(subject, &ident, index.primary, replaces, purpose.to_owned());
        steps.keys.push(adopted);
    }
}

/// Makes an index that is there the primary key, in the place and by the name of another, or a
/// unique constraint.
fn adopt(
    subject: &Subject<'_>,
    index: &Ident,
    primary: bool,
    replaces: Option<&String>,
    purpose: String,
) -> Statement {
    let kind = if primary { "PRIMARY KEY" } else { "UNIQUE" };
    let (drop, constraint) = match replaces.map(Ident::new) {
        Some(old) => (format!("DROP CONSTRAINT {old}, "), old),
        None => (String::new(), index.clone()),
    };
    let sql = format!("{drop}ADD CONSTRAINT {constraint} {kind} USING INDEX {index}");
    subject.alter(&sql, purpose)
}

pub(super) fn drop_index(subject: &Subject<'_>, index: &IndexShape, change: &Change) -> Statement {
    let purpose = match subject.live.kind {
        'p' => format!("{change}, and goes from all partitions at once"),
        _ => change.to_string(),
    };
    match &index.constraint {
        Some(constraint) => {
            let sql = format!("DROP CONSTRAINT {}", Ident::new(constraint));
            subject.alter(&sql, purpose)
        }
        None => {
            let sql = format!("DROP INDEX {}", subject.name.sibling(&index.name));
            Statement::new(sql, LockMode::AccessExclusive, purpose)
        }
    }
}
