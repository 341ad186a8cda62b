//! Columns that get other names, where they are.

use super::step::Step;
use crate::catalog::Shape;
use crate::definition::Table;
use crate::ident::{Ident, QualifiedName};
use crate::made::{Delta, Made};
use crate::statement::{LockMode, Statement};
use std::fmt;

/// A column that gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rename {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl fmt::Display for Rename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {:?} is renamed to {:?}", self.from, self.to)
    }
}

/// The columns of a table that have a former name of the definition's; or why it is not clear which
/// they are.
pub(crate) fn renames(
    definition: &Table,
    live: &Shape,
    made: &Made,
) -> Result<Vec<Rename>, Vec<String>> {
    let has = |name: &str| live.columns.iter().any(|column| column.name == name);
    let defines = |name: &str| definition.columns().iter().any(|column| column.name() == name);
    let (mut renames, mut refused) = (Vec::new(), Vec::new());
    for column in definition.columns() {
        let to = column.name();
        let mut former = column.former_names();
        let is_there = has(to);
        if !is_there {
            let mut others = live.columns.iter().map(|column| &column.name);
            let became = others.find(|name| !defines(name) && made.is_renamed(to, name));
            refused.extend(became.filter(|name| !former.contains(name)).map(|name| {
                format!(
                    "column {to:?} was renamed to {name:?} for another version of the struct: let \
                     field `{}` be column {name:?}, or be `renamed_from` it",
                    column.field()
                )
            }));
        }
        former.retain(|name| has(name));
        match (is_there, former.as_slice()) {
            (_, []) => {}
            (false, [from]) => renames.push(Rename { from: from.clone(), to: to.to_owned() }),
            (true, [from, ..]) => refused.push(format!(
                "column {to:?} and column {from:?}, which it is renamed from, are both there: \
                 bring what is in {from:?} into {to:?} and drop it, or remove `renamed_from` from \
                 field `{}`",
                column.field()
            )),
            (false, [one, two, ..]) => refused.push(format!(
                "column {to:?} is renamed from {one:?} and from {two:?}, which are both there: \
                 remove one of the two from field `{}`",
                column.field()
            )),
        }
    }
    if refused.is_empty() { Ok(renames) } else { Err(refused) }
}

/// Renames columns. All that refers to them follows: indexes, constraints, grants, comments, views.
pub(crate) fn rename_step(name: &QualifiedName, renames: &[Rename]) -> Step {
    let statement = |rename: &Rename| {
        let (from, to) = (Ident::new(&rename.from), Ident::new(&rename.to));
        let sql = format!("ALTER TABLE {name} RENAME COLUMN {from} TO {to}");
        Statement::new(sql, LockMode::AccessExclusive, rename.to_string())
    };
    Step::Exclusive { statements: renames.iter().map(statement).collect(), made: delta(renames) }
}

/// What they make of a table.
pub(crate) fn delta(renames: &[Rename]) -> Delta {
    let names = |rename: &Rename| (rename.from.clone(), rename.to.clone());
    Delta { renamed: renames.iter().map(names).collect(), ..Delta::default() }
}
