//! What an ingest would do to its tables, without doing it.

use super::close::{self, COMMENT, Fresh};
use super::core::Core;
use super::enum_type;
use super::examine::{self, Outstanding};
use super::target::Target;
use super::trial::{self, Tried};
use crate::carry::name_members;
use crate::catalog::{FoundEnum, LiveTable, Shape};
use crate::error::Error;
use crate::made::{Delta, Made};
use crate::plan::Step;
use crate::report::Plan;
use crate::statement::Statement;
use crate::{comment, partition, plan, publish, watermark};
use tokio_postgres::Client;

/// The statements that would make the tables as they are defined.
pub(super) async fn preview(client: &mut Client, core: &Core) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    plan.keep(core.store.orphans(client).await?);
    plan.extend(core.store.creation().to_vec());
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
    let replaced = core.targets.iter().filter_map(|target| Replacement::of(core, target));
    let replaced = replaced.collect::<Vec<_>>();
    // A table whose columns do not have their names yet is not tried.
    let is_tried = |one: &Replacement<'_>| one.target.renaming.is_none();
    let to_try = replaced.into_iter().filter(is_tried).collect::<Vec<_>>();
    // What was made of a table is in the comment on it, if the definition gives one too.
    let is_told =
        |target: &&Target| target.current.is_none() && target.definition.comment().is_some();
    let missing = core.targets.iter().filter(is_told).collect::<Vec<_>>();
    let tried = trial::run(client, core, &to_try, &missing).await?.unwrap_or_default();
    let (mut tried, mut created) =
        (tried.replacements.into_iter(), tried.created.into_iter().peekable());
    let mut comments = Vec::with_capacity(core.targets.len());
    for target in &core.targets {
        let live = target.current.as_ref().map(|current| &current.live);
        let mut comment = live.and_then(|live| live.comment.clone());
        plan.extend(target.renaming.iter().flat_map(|one| one.step.statements()).cloned());
        plan.extend(match Replacement::of(core, target) {
            Some(one) => {
                let tried = if is_tried(&one) { tried.next() } else { None };
                replace(core, &one, tried, &mut comment)
            }
            None => {
                comment = match created.next_if(|_| is_told(&target)) {
                    Some(shape) => watermark::with_made(None, &Made::whole(&shape)).ok().flatten(),
                    None => recorded(target, comment),
                };
                preview_one(target)
            }
        });
        comments.push(comment);
        plan.keep(plan::kept(&target.name, &target.kept));
    }
    for (target, comment) in core.targets.iter().zip(comments) {
        plan.extend(comments_of(target, comment.as_deref())?);
    }
    Ok(plan)
}

/// The comments that the definition gives, and the table has not, whose own is this by then.
fn comments_of(target: &Target, comment: Option<&str>) -> Result<Vec<Statement>, Error> {
    let (name, definition) = (&target.name, target.definition);
    let live = target.current.as_ref().map(|current| &current.live);
    comment::statements_over(name, definition, comment, live)
        .map_err(|unreadable| unreadable.error(comment, COMMENT).in_table(name))
}

/// The comment on a table once its steps are done, each of which says in it what it made.
fn recorded(target: &Target, comment: Option<String>) -> Option<String> {
    let (Some(Outstanding::InPlace(steps)), Some(current)) = (&target.outstanding, &target.current)
    else {
        return comment;
    };
    let with_made = watermark::made(comment.as_deref()).and_then(|made| {
        let mut made = made.of(&current.live.shape);
        let mut deltas = steps.iter().filter_map(Step::made).peekable();
        if deltas.peek().is_none() {
            return Ok(None);
        }
        deltas.for_each(|delta| made.change(delta));
        watermark::with_made(comment.as_deref(), &made)
    });
    with_made.ok().flatten().or(comment)
}

/// A table that is going to be replaced, since it does not match its definition.
pub(super) struct Replacement<'a> {
    pub(super) target: &'a Target,
    outstanding: &'a Outstanding,
    pub(super) live: &'a LiveTable,
}

impl<'a> Replacement<'a> {
    fn of(core: &Core, target: &'a Target) -> Option<Self> {
        let (outstanding, current) = (target.outstanding.as_ref()?, target.current.as_ref()?);
        let stays =
            matches!(outstanding, Outstanding::InPlace(_)) && examine::keeps_rows(&core.settings);
        (!stays).then_some(Self { target, outstanding, live: &current.live })
    }
}

/// Creates a table that does not exist.
pub(super) fn create(target: &Target) -> Vec<Statement> {
    let (name, definition) = (&target.name, target.definition);
    let schema = target.schema_missing.then(|| plan::create_schema(name));
    let table = plan::create_table(name, definition);
    let indexes = plan::create_indexes(name, definition);
    let partitions = partition::with_table(name, definition);
    schema.into_iter().chain([table]).chain(indexes).chain(partitions).collect()
}

fn preview_one(target: &Target) -> Vec<Statement> {
    match (&target.outstanding, &target.current) {
        (_, None) => create(target),
        (Some(Outstanding::InPlace(steps)), Some(_)) => {
            steps.iter().flat_map(|step| step.statements().iter().cloned()).collect()
        }
        (Some(Outstanding::Rebuild(_)) | None, Some(_)) => Vec::new(),
    }
}

/// Makes the table that is to replace another, before any row comes into it.
pub(super) fn before_rows(
    core: &Core,
    Replacement { target, outstanding, live }: &Replacement<'_>,
) -> Vec<Statement> {
    let reason = match outstanding {
        Outstanding::Rebuild(rebuild) if examine::keeps_rows(&core.settings) => rebuild.reason(),
        _ => "its rows are deleted".to_owned(),
    };
    let keeping = target.keeping(live, core.settings.migration);
    let create = plan::create_fresh(&target.fresh, target.definition, keeping, &reason);
    let is_owned = live.owner == core.server.role;
    let owner = (!is_owned).then(|| publish::set_owner(&target.fresh, &live.owner));
    let planned = target.planned.create.iter().cloned();
    std::iter::once(create).chain(owner).chain(planned).collect()
}

/// Builds its indexes.
pub(super) fn indexes(Replacement { target, live, .. }: &Replacement<'_>) -> Vec<Statement> {
    let indexes = plan::create_indexes(&target.fresh, target.definition);
    let kept = plan::keep_indexes(&target.fresh, &target.kept, live.kind == 'p');
    target.planned.build.iter().cloned().chain(indexes).chain(kept).collect()
}

/// What replaces a table. `comment` is that on the table, before and after.
fn replace(
    core: &Core,
    one: &Replacement<'_>,
    tried: Option<Tried>,
    comment: &mut Option<String>,
) -> Vec<Statement> {
    let Replacement { target, outstanding, live } = one;
    let (name, fresh, planned) = (&target.name, &target.fresh, &target.planned);
    let mut statements = vec![publish::keep_writers_out(name)];
    statements.extend(before_rows(core, one));
    if let Outstanding::Rebuild(rebuild) = outstanding
        && examine::keeps_rows(&core.settings)
    {
        statements.extend(rebuild.copy(name, fresh));
    }
    statements.extend(planned.copied.iter().cloned());
    statements.extend(indexes(one));
    statements.push(plan::analyze(fresh));
    statements.extend(planned.before.iter().cloned());
    statements.extend(planned.drop.iter().cloned());
    let dropped = target.dropped(live);
    let mut grants = Vec::new();
    if let Some(Tried { shape, taken, grants: given, members }) = tried {
        let migration = core.settings.migration;
        let added = &Delta::default();
        let fresh = Fresh { name: fresh, shape: &shape, taken: &taken, added };
        let old = comment.take();
        let swap = close::swap_of(name, &live.shape, fresh, old, &dropped, migration);
        statements.extend(swap.statements);
        statements.extend(name_members(&shape, &members, &taken));
        *comment = swap.comment;
        grants = given;
    } else {
        statements.extend(comment.as_ref().map(|comment| watermark::keep(fresh, comment)));
        let unnamed = Shape { columns: Vec::new(), indexes: Vec::new() };
        let names = publish::Names { indexes: &[], taken: &[] };
        statements.extend(publish::swap(name, fresh, &live.shape, &unnamed, names, &dropped));
        statements.extend(name_members(&unnamed, &target.members, &[]));
    }
    statements.extend(planned.after.iter().cloned());
    statements.extend(grants);
    statements.extend(planned.views.iter().cloned());
    statements
}
