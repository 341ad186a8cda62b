//! The beginning of a version: its table is made as it is defined, and the version is looked for.

use super::super::core::{Core, Settings};
use super::super::meter::Meter;
use super::super::refusal::{START, privilege, unreadable, unsupported};
use super::super::scope::Scope;
use super::super::stored::stored;
use super::super::whole;
use super::{read, sql};
use crate::catalog::{self, FoundVersions, Inspected, LatestView, alone, text, versions};
use crate::conn;
use crate::deadline::within;
use crate::definition::{Column, Table};
use crate::error::{Error, ErrorKind};
use crate::execute::{self, Waiting};
use crate::hook::OnCreate;
use crate::ident::QualifiedName;
use crate::lock::{Lock, Lockable};
use crate::options::{Delete, Visibility};
use crate::report::Plan;
use crate::statement::{LockMode, Statement};
use crate::version::{Draft, Standing, newest, published, standing};
use crate::watermark;
use serde::de::IgnoredAny;
use tokio_postgres::Client;

/// The version that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) label: String,
    /// The table that a version is: that of the struct, not partitioned.
    pub(crate) definition: &'static Table,
}

/// How a version is filled.
pub(crate) struct Prepared {
    pub(crate) name: QualifiedName,
    pub(crate) definition: &'static Table,
    pub(crate) settings: Settings,
    /// What was done for the partitioned table to be as it is defined.
    pub(crate) migrated: Plan,
}

/// Makes the partitioned table as it is defined, and looks for the version: one that is published already is
/// [`ErrorKind::VersionExists`].
pub(crate) async fn prepare(
    client: &mut Client,
    (name, definition): (QualifiedName, &'static Table),
    settings: Settings,
    asked: &Asked,
    on_create: &mut Option<OnCreate<'_>>,
) -> Result<Prepared, Error> {
    check_settings(&settings, definition).map_err(|error| error.in_table(&name))?;
    let own = Settings {
        visibility: Visibility::AfterEachBatch,
        delete: Delete::Off,
        deletes_missing: false,
        set_aside: None,
        ..settings.clone()
    };
    let mut meter = Meter::new(&name.to_string(), Some(name.clone()), None, None);
    let tables = vec![(name.clone(), definition)];
    let mut narrowed = Vec::new();
    let mut inspected = whole::inspect(client, tables.clone(), own.clone(), &mut meter).await;
    if inspected.as_ref().is_err_and(is_of_dependents) {
        let deadline = settings.deadline(client)?;
        let narrow = narrow(client, &name, definition, &own);
        let done = within(deadline, meter.waits(), narrow).await;
        narrowed = done.map_err(|error| settings.show(error.in_table(&name)))?;
        if !narrowed.is_empty() {
            inspected = whole::inspect(client, tables, own, &mut meter).await;
        }
    }
    let mut core = inspected?;
    let deadline = core.deadline.clone();
    whole::migrate(client, &mut core, &mut meter).await?;
    let scope = Scope::new(client, Visibility::AfterEachBatch);
    whole::finish(scope, &mut core, &mut meter, on_create).await?;
    let mut migrated = Plan::default();
    migrated.extend(narrowed);
    migrated.extend(std::mem::take(&mut core.totals.migrated).into_statements());
    let draft = find(client, &core, asked, settings.clone());
    let draft = within(deadline, meter.waits(), draft).await;
    let draft = draft.map_err(|error| settings.show(error.in_table(&name)))?;
    let name = draft.name();
    let settings =
        Settings { delete: Delete::Off, version: Some(draft), has_on_create: false, ..settings };
    Ok(Prepared { name, definition: asked.definition, settings, migrated })
}

/// Whether the settings fit an ingest that fills a version.
fn check_settings(settings: &Settings, definition: &Table) -> Result<(), Error> {
    let reason = if !settings.source.is_empty() {
        "a version is filled by one ingest: leave out `source`"
    } else if settings.keeps_rejects() {
        "rows of a version that are set aside are not kept in a table: take `Rejects::report` or \
         `Rejects::call`"
    } else if definition.columns().iter().any(Column::is_identity) {
        "a column that is an identity cannot be one of versions, each of which is a table before it is attached"
    } else {
        return Ok(());
    };
    Err(unsupported(reason))
}

/// Looks at the version's table, of which what another ingest left is dropped unless this one carries on
/// from there.
async fn find(
    client: &mut Client,
    core: &Core,
    asked: &Asked,
    settings: Settings,
) -> Result<Draft, Error> {
    let draft = draft(client, core, asked).await?;
    let found = look(client, &draft).await?;
    check_privileges(core, &draft, &found)?;
    let begun = match standing(&draft, &found, core.server.version).map_err(unsupported)? {
        Standing::Published => {
            let kind = ErrorKind::VersionExists { label: draft.label };
            return Err(Error::new(kind, START));
        }
        Standing::Open { is_begun, .. } => found.draft.filter(|_| is_begun),
    };
    if let Some(begun) = begun {
        let starts_anew = settings.delete != Delete::Off
            || stored::<IgnoredAny>(client, draft.name(), &settings).await?.is_none();
        if starts_anew {
            drop(client, core, &draft, begun.oid).await?;
        }
    }
    Ok(draft)
}

/// The version that is asked for, with its label as PostgreSQL prints it.
async fn draft(client: &Client, core: &Core, asked: &Asked) -> Result<Draft, Error> {
    let target = core.targets.first();
    let target = target.and_then(|target| Some((target, label_column(target.definition)?)));
    let (target, column) = target.ok_or_else(|| unreadable(START))?;
    // One that was only just created is looked up by its name.
    let oid = match target.visible() {
        Some(live) => live.oid,
        None => {
            let messages =
                execute::read_catalog(client, &versions::oid(&target.name), START).await?;
            text(&messages).and_then(|oid| oid.parse().ok()).ok_or_else(|| unreadable(START))?
        }
    };
    let mut draft = Draft {
        table: target.name.clone(),
        oid,
        column: column.name().to_owned(),
        label: asked.label.clone(),
        versions: core.settings.versions,
    };
    let columns = look(client, &draft).await?.columns;
    let sql_type = columns.into_iter().find(|(name, _)| name == column.name());
    let (_, sql_type) = sql_type.ok_or_else(|| unreadable(START))?;
    let sql = alone(&versions::label(&asked.label, &sql_type));
    draft.label = match conn::query(client, &sql).await {
        Ok(messages) => text(&messages).ok_or_else(|| unreadable(START))?,
        Err(failure) => {
            let error = Error::server(failure, START);
            let is_of_value = error.code().is_some_and(|code| code.code().starts_with("22"));
            return Err(match is_of_value {
                true => {
                    let label = &asked.label;
                    let reason = format!("the label {label:?} is no value of type {sql_type}");
                    unsupported(reason).in_column(column.name()).caused_by(error)
                }
                false => error,
            });
        }
    };
    Ok(draft)
}

async fn look(client: &Client, draft: &Draft) -> Result<FoundVersions, Error> {
    read(&execute::read_catalog(client, &sql(draft), START).await?, START)
}

/// Whether the role can publish a version.
fn check_privileges(core: &Core, draft: &Draft, found: &FoundVersions) -> Result<(), Error> {
    if !found.is_owner {
        let owner = &found.owner;
        let what =
            format!("the ownership of the table, which {owner:?} has, to attach a version to it");
        return Err(privilege(&core.server, what));
    }
    if !found.may_create {
        let schema = draft.table.schema();
        return Err(privilege(&core.server, format!("CREATE on schema {schema:?}")));
    }
    Ok(())
}

/// Drops what another ingest left of the version.
async fn drop(client: &mut Client, core: &Core, draft: &Draft, oid: u32) -> Result<(), Error> {
    let begun = conn::begin(client).await;
    let transaction = begun.map_err(Error::while_doing(START))?;
    let table = [Lockable::table(draft.name(), oid)];
    let lock = Lock::of_statements(&table, LockMode::AccessExclusive);
    execute::run_in_attempts(&transaction, &[draft.drop()], &lock, core.waiting(), START).await?;
    conn::commit(transaction).await.map_err(Error::while_doing(START))
}

/// Whether it may be that the view of the newest version keeps a column from being dropped.
fn is_of_dependents(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::CannotMigrate { .. } | ErrorKind::DependentObjects { .. })
}

/// Takes columns out of the view of the newest version that the struct does not have: they could not be
/// dropped otherwise.
async fn narrow(
    client: &mut Client,
    name: &QualifiedName,
    definition: &Table,
    settings: &Settings,
) -> Result<Vec<Statement>, Error> {
    let inspect = catalog::inspect(std::slice::from_ref(name), &[]);
    let inspected = Inspected::read(&execute::read_catalog(client, &inspect, START).await?);
    let Inspected { server, relations, .. } = inspected.ok_or_else(|| unreadable(START))?;
    let live = relations.into_iter().find_map(|relation| relation.table);
    let Some((live, column)) = live.zip(label_column(definition)) else { return Ok(Vec::new()) };
    let mut draft = Draft {
        table: name.clone(),
        oid: live.oid,
        column: column.name().to_owned(),
        label: String::new(),
        versions: settings.versions,
    };
    let found = look(client, &draft).await?;
    let own = |view: &&LatestView| watermark::version(view.comment.as_deref()).is_some();
    let Some(view) = found.view.as_ref().filter(own) else { return Ok(Vec::new()) };
    let defined = |name: &String| {
        let mut columns = definition.columns().iter();
        columns.any(|column| column.name() == name || column.former_names().contains(name))
    };
    let kept = view.columns.iter().filter(|(name, _)| defined(name)).cloned();
    let kept = kept.collect::<Vec<_>>();
    // It shows the version that it showed before.
    let shown = published(&found).ok().and_then(|published| newest(&published).cloned());
    let Some(shown) = shown.filter(|_| kept.len() < view.columns.len()) else {
        return Ok(Vec::new());
    };
    draft.label = shown.label;
    let statements = draft.show(&kept, Some(view), found.checks_rows);
    let begun = conn::begin(client).await;
    let transaction = begun.map_err(Error::while_doing(START))?;
    let lockable = [Lockable::view(draft.view(), view.oid)];
    let lock = Lock::of_statements(&lockable, LockMode::AccessExclusive);
    let waiting = Waiting::new(&settings.locks, &server);
    execute::run_in_attempts(&transaction, &statements, &lock, waiting, START).await?;
    conn::commit(transaction).await.map_err(Error::while_doing(START))?;
    Ok(statements)
}

/// The column that has the label.
fn label_column(definition: &Table) -> Option<&'static Column> {
    definition.columns().get(*definition.partitioning()?.columns().first()?)
}
