//! What keeps views from being carried over, found before the load.

use super::order::{Step, closure, order};
use super::view::needs;
use crate::catalog::View;

/// Why views cannot be carried over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A privilege is lacking; that of another role if it is given.
    Privilege { role: Option<String>, missing: String },
    /// What would be lost, or cannot be.
    Attached(Vec<String>),
}

/// Whether the views can be carried over to a table with these columns.
pub(crate) fn check(views: &[View], table: u32, columns: &[&str]) -> Result<(), Refused> {
    for view in views {
        check_privileges(view)?;
    }
    let needs = needs(views);
    let steps = order(&needs, |view| !views[view].materialized);
    let mut objects = Vec::new();
    for (position, view) in views.iter().enumerate() {
        let described = describe(view);
        let needed = view.needs.iter().filter(|need| need.oid == table);
        let mut dropped = needed
            .filter_map(|need| need.column.as_deref())
            .filter(|column| !columns.contains(column))
            .map(|column| format!("{described}, which needs column {column:?}"))
            .collect::<Vec<_>>();
        dropped.dedup();
        objects.extend(dropped);
        if !view.holds_data() {
            continue;
        }
        let mut read = closure(&needs, position);
        read.retain(|read| *read != position);
        if let Some(empty) =
            read.iter().find(|read| views[**read].materialized && !views[**read].populated)
        {
            let empty = describe(&views[*empty]);
            objects.push(format!("the data of {described}, which reads {empty} that holds none"));
        }
        let mut circle = read.iter().filter(|read| steps.contains(&Step::Placeholder(**read)));
        if let Some(circle) = circle.next() {
            let circle = describe(&views[*circle]);
            objects
                .push(format!("the data of {described}, which reads {circle} that reads itself"));
        }
    }
    if objects.is_empty() { Ok(()) } else { Err(Refused::Attached(objects)) }
}

fn describe(view: &View) -> String {
    let kind = if view.materialized { "materialized view" } else { "view" };
    format!("{kind} {}", view.name())
}

fn check_privileges(view: &View) -> Result<(), Refused> {
    let name = view.name();
    let schema = name.schema();
    let lacks = |role: Option<&str>, missing: String| {
        Err(Refused::Privilege { role: role.map(str::to_owned), missing })
    };
    if !view.is_owner {
        let owner = &view.owner;
        return lacks(None, format!("the ownership of {}, which {owner:?} has", describe(view)));
    }
    if !view.schema_create {
        return lacks(None, format!("CREATE on schema {schema:?}, in which {} is", describe(view)));
    }
    if !view.can_give {
        let owner = &view.owner;
        return lacks(None, format!("the right to make {owner:?} the owner of {}", describe(view)));
    }
    if !view.owner_create {
        let missing = format!("CREATE on schema {schema:?}, in which its {} is", describe(view));
        return lacks(Some(&view.owner), missing);
    }
    Ok(())
}
