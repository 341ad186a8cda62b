//! What keeps views from being carried over, found before the load.

use super::order::{Step, order};
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

/// Whether the views can be carried over to tables with these columns.
pub(crate) fn check(views: &[View], tables: &[u32], columns: &[&str]) -> Result<(), Refused> {
    check_sessions(views)?;
    for view in views {
        check_privileges(view)?;
    }
    let needs = needs(views);
    let steps = order(&needs, |view| !views[view].materialized);
    let unfit = Unfit::of(views, &needs, &steps);
    let mut objects = Vec::new();
    for (position, view) in views.iter().enumerate() {
        let described = describe(view);
        let needed = view.needs.iter().filter(|need| tables.contains(&need.oid));
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
        if let Some(empty) = unfit.empty[position] {
            let empty = describe(&views[empty]);
            objects.push(format!("the data of {described}, which reads {empty} that holds none"));
        }
        if let Some(circle) = unfit.circle[position] {
            let circle = describe(&views[circle]);
            objects
                .push(format!("the data of {described}, which reads {circle} that reads itself"));
        }
    }
    if objects.is_empty() { Ok(()) } else { Err(Refused::Attached(objects)) }
}

/// What each view reads, by way of others too, that keeps it from holding data: the first by name.
struct Unfit {
    /// A materialized view without data.
    empty: Vec<Option<usize>>,
    /// One that is in a circle.
    circle: Vec<Option<usize>>,
}

impl Unfit {
    fn of(views: &[View], needs: &[Vec<usize>], steps: &[Step]) -> Self {
        let first = |a: Option<usize>, b: Option<usize>| a.into_iter().chain(b).min();
        let mut placeholder = vec![false; views.len()];
        let (mut empty, mut circle) = (vec![None; views.len()], vec![None; views.len()]);
        for step in steps {
            let (Step::Placeholder(view) | Step::Make(view) | Step::Define(view)) = *step;
            placeholder[view] |= *step == Step::Placeholder(view);
            for &need in &needs[view] {
                let is_empty = views[need].materialized && !views[need].populated;
                empty[view] = first(empty[view], first(is_empty.then_some(need), empty[need]));
                let in_circle = placeholder[need].then_some(need);
                circle[view] = first(circle[view], first(in_circle, circle[need]));
            }
        }
        Self { empty, circle }
    }
}

fn describe(view: &View) -> String {
    let kind = if view.materialized { "materialized view" } else { "view" };
    format!("{kind} {}", view.name())
}

/// Whether none of the views is a temporary one of another session, which nobody else can make.
pub(crate) fn check_sessions(views: &[View]) -> Result<(), Refused> {
    let of_others = views.iter().filter_map(|view| {
        let session = view.other_session.as_ref()?;
        Some(format!("temporary {}, of {session}", describe(view)))
    });
    let of_others = of_others.collect::<Vec<_>>();
    if of_others.is_empty() { Ok(()) } else { Err(Refused::Attached(of_others)) }
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
