//! Whether views can be made again over a definition, tried before the load.

use super::order::{Step, order};
use super::relocate::{Moved, relocate};
use super::settings;
use super::view::{Replaced, needs};
use crate::catalog::View;
use crate::ident::{Ident, QualifiedName};
use crate::statement::{LockMode, Statement};
use std::collections::HashSet;

const REHEARSAL: &str = "whether the view can be made over the definition";

/// Makes the views as temporary ones, over the table as it is defined, which `create` makes as a
/// temporary one too, and over others that have its columns. All of it is meant to be rolled back; no lock
/// is taken that others notice.
///
/// A view of which the text does not tell what it reads is left out, and so is a second of the same
/// name in another schema: what reads them reads the live ones.
pub(crate) fn rehearse(
    views: &[View],
    tables: &[Replaced],
    create: impl FnOnce(&QualifiedName) -> Vec<Statement>,
) -> Vec<Statement> {
    let temporary = |name: &QualifiedName| QualifiedName::new("pg_temp", name.name());
    let mut moved = Moved::default();
    let mut names = HashSet::new();
    let [Replaced { name: table, .. }, others @ ..] = tables else { return Vec::new() };
    moved.insert(table.clone(), Ident::new("pg_temp"));
    names.insert(table.name().to_owned());
    let mut statements = create(&temporary(table));
    for Replaced { name, .. } in others {
        if names.insert(name.name().to_owned()) {
            let sql =
                format!("CREATE TEMPORARY TABLE {} (LIKE {})", name.name_ident(), temporary(table));
            statements.push(Statement::new(sql, LockMode::None, REHEARSAL));
            moved.insert(name.clone(), Ident::new("pg_temp"));
        }
    }
    statements.extend(settings::set());
    let needs = needs(views);
    for step in order(&needs, |view| !views[view].materialized) {
        // Views of a circle are made of the columns that they have.
        let Step::Make(position) = step else { continue };
        let view = &views[position];
        let name = view.name();
        let Some(definition) = relocate(&view.definition, &moved) else { continue };
        if !names.insert(name.name().to_owned()) {
            continue;
        }
        let sql = format!("CREATE VIEW {} AS {definition}", temporary(&name));
        statements.push(Statement::new(sql, LockMode::None, REHEARSAL).of_view(name.clone()));
        moved.insert(name, Ident::new("pg_temp"));
    }
    statements
}
