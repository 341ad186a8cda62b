//! What an ingest would do to its tables, without doing it.

use super::close::COMMENT;
use super::core::Core;
use super::enum_type;
use super::examine::Outstanding;
use super::target::Target;
use crate::catalog::{FoundEnum, LiveTable, Shape};
use crate::error::Error;
use crate::options::Delete;
use crate::report::Plan;
use crate::statement::Statement;
use crate::{comment, plan, publish, watermark};

/// The statements that would make the tables as they are defined.
pub(super) fn preview(core: &Core) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    for enum_type in &core.enums {
        let found = FoundEnum::of(&core.found, enum_type);
        if let Some(live) = found.and_then(|found| found.live.as_ref()) {
            plan.extend(plan::add_labels(enum_type, &live.labels));
        }
    }
    let concerned = |target: &&Target| target.current.is_none() || target.outstanding.is_some();
    let concerned = core.targets.iter().filter(concerned);
    let enums = concerned.flat_map(|target| enum_type::of(target.definition)).collect::<Vec<_>>();
    plan.extend(plan::create_enum_types(&enums, &core.found));
    for target in &core.targets {
        plan.extend(preview_one(core, target));
        plan.keep(plan::kept(&target.name, &target.kept));
    }
    for target in &core.targets {
        plan.extend(comments(target)?);
    }
    Ok(plan)
}

/// The comments that the definition gives, and the table has not.
fn comments(target: &Target) -> Result<Vec<Statement>, Error> {
    let (name, definition) = (&target.name, target.definition);
    let live = target.current.as_ref().map(|current| &current.live);
    let statements = match live {
        Some(live) => comment::statements(name, definition, live),
        None => comment::statements_of_new(name, definition),
    };
    statements.map_err(|unreadable| {
        let comment = live.and_then(|live| live.comment.as_deref());
        unreadable.error(comment, COMMENT).in_table(name)
    })
}

fn preview_one(core: &Core, target: &Target) -> Vec<Statement> {
    let (name, definition) = (&target.name, target.definition);
    match (&target.outstanding, &target.current) {
        (_, None) => {
            let schema = target.schema_missing.then(|| plan::create_schema(name));
            let table = plan::create_table(name, definition);
            let indexes = plan::create_indexes(name, definition);
            schema.into_iter().chain([table]).chain(indexes).collect()
        }
        (None, Some(_)) => Vec::new(),
        (Some(Outstanding::InPlace(steps)), Some(_)) if core.settings.delete == Delete::Off => {
            steps.iter().flat_map(|step| step.statements().iter().cloned()).collect()
        }
        (Some(outstanding), Some(current)) => replacement(core, target, outstanding, &current.live),
    }
}

fn replacement(
    core: &Core,
    target: &Target,
    outstanding: &Outstanding,
    live: &LiveTable,
) -> Vec<Statement> {
    let keeps_rows = core.settings.delete == Delete::Off;
    let (name, definition) = (&target.name, target.definition);
    let fresh = target.fresh.clone();
    let reason = match outstanding {
        Outstanding::Rebuild(rebuild) if keeps_rows => rebuild.reason(),
        _ => "its rows are deleted".to_owned(),
    };
    let keeping = target.keeping(live, core.settings.migration);
    let fresh_table = plan::create_fresh(&fresh, definition, keeping, &reason);
    let mut statements = vec![publish::keep_writers_out(name), fresh_table];
    if live.owner != core.server.role {
        statements.push(publish::set_owner(&fresh, &live.owner));
    }
    statements.extend(target.planned.create.iter().cloned());
    if let Outstanding::Rebuild(rebuild) = outstanding
        && keeps_rows
    {
        statements.extend(rebuild.copy(name, &fresh));
    }
    statements.extend(target.planned.copied.iter().cloned());
    statements.extend(plan::create_indexes(&fresh, definition));
    statements.extend(plan::keep_indexes(&fresh, &target.kept));
    statements.push(plan::analyze(&fresh));
    statements.extend(target.planned.before.iter().cloned());
    statements.extend(target.planned.drop.iter().cloned());
    if let Some(comment) = &live.comment {
        statements.push(watermark::store(&fresh, Some(comment)));
    }
    // Which names have to be given back is known once the indexes are there.
    let unnamed = Shape { columns: Vec::new(), indexes: Vec::new() };
    statements.extend(publish::swap(
        name,
        &fresh,
        &live.shape,
        &unnamed,
        publish::Names { indexes: &[], taken: &[] },
        &target.dropped(live),
    ));
    statements.extend(target.planned.after.iter().cloned());
    statements
}
