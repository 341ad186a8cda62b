//! What a session does before its first batch and after its last. It depends on no type of the ingest, so it
//! is compiled once, and not for every struct.

use super::core::{Core, Settings};
use super::meter::Meter;
use super::scope::Scope;
use super::target::Target;
use super::uncommitted::Uncommitted;
use super::{enum_type, examine, finish, migrate, rename, start};
use crate::deadline::within;
use crate::definition::Table;
use crate::error::Error;
use crate::hook::OnCreate;
use crate::ident::QualifiedName;
use crate::plan;
use crate::report::{Kept, Phase, Progress};
use std::time::Duration;
use tokio_postgres::Client;

/// Looks at what is there.
pub(super) async fn inspect(
    client: &mut Client,
    tables: Vec<(QualifiedName, &'static Table)>,
    settings: Settings,
    meter: &mut Meter<'_>,
) -> Result<Core, Error> {
    meter.enter(&Progress { batch: 0, phase: Phase::Inspect, rows: 0, bytes: 0, wait: None });
    let deadline = settings.deadline(client)?;
    let show_values = settings.show_values;
    let started = start::start(client, tables, settings);
    let started = within(deadline.clone(), meter.waits(), started).await;
    let mut core =
        started.map_err(|error| if show_values { error.with_values() } else { error })?;
    core.deadline = deadline;
    meter.served_by(core.server.process);
    meter.spans.in_database(&core.server.database);
    Ok(core)
}

/// Makes the changes that need no batch.
pub(super) async fn migrate(
    client: &mut Client,
    core: &mut Core,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let keeps_rows = examine::keeps_rows(&core.settings);
    let changes = |target: &Target| keeps_rows && target.changes_in_place();
    if core.targets.iter().any(|target| changes(target) || target.renaming.is_some()) {
        meter.enter(&core.progress(Phase::Migrate));
    }
    let deadline = core.deadline.clone();
    let change = async {
        let created = core.store.create(client).await?;
        core.totals.migrated.extend(created);
        rename::run_all(client, core).await?;
        enum_type::extend(client, core).await?;
        if keeps_rows { migrate::in_place(client, core).await } else { Ok(()) }
    };
    let changed = within(deadline, meter.waits(), change).await;
    changed.map_err(|error| core.settings.show(error))?;
    core.uncommitted = Some(Uncommitted::of_session(meter));
    for target in core.targets.iter().filter(|target| !target.kept.is_empty()) {
        let kept = target.kept.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        tracing::warn!(table = %target.name, kept, "differences are left as they are");
    }
    meter.leave();
    Ok(())
}

/// Does what comes after the last batch. Returns how long each phase took.
pub(super) async fn finish(
    scope: Scope<'_>,
    core: &mut Core,
    meter: &mut Meter<'_>,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<Vec<(Phase, Duration)>, Error> {
    let (deadline, waits) = (core.deadline.clone(), meter.waits());
    let finishing = finish::finish(scope, core, meter, on_create);
    let finished = within(deadline, waits, finishing).await;
    core.know();
    finished.map_err(|error| core.settings.show(error))?;
    Ok(meter.times())
}

/// The differences that the tables still have.
pub(super) fn kept(core: &Core) -> Vec<Kept> {
    core.targets.iter().flat_map(|target| plan::kept(&target.name, &target.kept)).collect()
}
