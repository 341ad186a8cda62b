//! The start of a session: what is there, whether it is as it is defined, what is refused.

use super::carry::{self, Planned, ToReplace};
use super::core::{Core, Settings};
use super::examine::{Examination, Examined, Outstanding, keeps_rows};
use super::members::Place;
use super::refusal::{
    START, check_atomic, check_generated, check_mergeable, check_partitioned, check_replacement,
    check_unmanaged, name_mistake, of_engine, privilege, unreadable, unsupported,
};
use super::store::{Ingested, Store};
use super::supported::{check_server, check_version};
use super::target::{Current, Target, keeping};
use super::views::Checking;
use super::{computed, enum_type, filled, members, overlap, rejects, rename};
use crate::carry::Swapped;
use crate::catalog::{self, FoundEnum, Inspected, LiveTable, Relation, Server};
use crate::conn;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::execute::Waiting;
use crate::ident::QualifiedName;
use crate::options::{Delete, Migration, Upsert};
use tokio_postgres::Client;

/// Inspects the tables, compares them with their definitions, and refuses what cannot be done.
pub(super) async fn start(
    client: &mut Client,
    tables: Vec<(QualifiedName, &'static Table)>,
    settings: Settings,
) -> Result<Core, Error> {
    check_names(&tables)?;
    let enums = enum_type::defined(&tables)?;
    let names = tables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    rejects::check_names(&names, &settings)?;
    let Inspected { server, enums: found, relations } =
        overlap::inspect(client, &names, &enums, &settings).await?;
    check_server(&server)?;
    for (name, definition) in &tables {
        let checked = check_version(&server, definition)
            .and_then(|()| rename::check(definition))
            .and_then(|()| filled::check(definition));
        checked.map_err(|error| error.in_table(name))?;
    }
    if settings.migration == Migration::Freeze {
        enum_type::check_complete(&enums, &found)?;
    }
    let mut targets = Vec::with_capacity(tables.len());
    let mut replaced = Vec::new();
    let mut is_worker = false;
    let mut is_unreadable = false;
    let leftovers = relations.iter().any(|relation| relation.has_parts);
    let names = swapped(&names, &relations);
    for (((name, definition), relation), swapped) in tables.into_iter().zip(relations).zip(names) {
        let checked = check_name(&name, definition, &relation, &settings, &found, &server);
        checked.map_err(|error| error.in_table(&name))?;
        if settings.updates(definition) {
            let checked = computed::check(client, definition, &found).await;
            checked.map_err(|error| error.in_table(&name))?;
        }
        let Some(live) = &relation.table else {
            let schema_missing = !relation.schema_exists;
            targets.push(Target { schema_missing, ..Target::missing(swapped, definition) });
            continue;
        };
        let examined = Examined {
            name: &name,
            definition,
            server: &server,
            found: &found,
            settings: &settings,
            waiting: Waiting::new(&settings.locks, &server),
            keeps_rows: keeps_rows(&settings),
        };
        let Examination { renaming, outstanding, kept, fresh } =
            examined.examine(client, &relation).await?;
        let is_replaced = matches!(outstanding, Some(Outstanding::Rebuild(_)));
        let (mut planned, mut partitions) = (Planned::default(), Vec::new());
        let managed = managed(client, &server, &name, live.oid).await?;
        is_worker |= managed.is_some() && targets.is_empty();
        if is_replaced || settings.delete != Delete::Off {
            let managed = managed.or_else(|| server.engine.as_deref().map(of_engine));
            check_unmanaged(managed).map_err(|error| error.in_table(&name))?;
        }
        let live = match &renaming {
            Some(renaming) => &renaming.after(live),
            None => live,
        };
        // What depends on it is looked at once the columns have their names.
        if (is_replaced || settings.delete != Delete::Off) && renaming.is_none() {
            let shape = live.shape.clone();
            let fresh = fresh.unwrap_or_else(|| shape.clone());
            let found_members = members::find(Place::Outside(client), live).await;
            partitions = found_members.map_err(|error| error.in_table(&name))?;
            let keeping = keeping(&kept, live, settings.migration);
            let checking = Checking { server: &server, found: &found, definition, keeping };
            let checked = checking.check(client, &swapped, live, &partitions).await;
            planned = checked.map_err(|error| error.in_table(&name))?;
            let (names, members) = (swapped.clone(), partitions.clone());
            replaced.push(ToReplace { names, oid: live.oid, live: shape, fresh, members });
        }
        let live = live.clone();
        let current = match &outstanding {
            None => Current::new(name.clone(), live, definition, false)?,
            Some(_) => Current::outdated(name.clone(), live),
        };
        let missing = Target::missing(swapped, definition);
        let target =
            Target { renaming, outstanding, kept, planned, current: Some(current), ..missing };
        targets.push(Target { members: partitions, ..target });
    }
    let planned = carry::check(client, &server.role, &replaced).await?;
    for (ToReplace { names, .. }, planned) in replaced.iter().zip(planned) {
        for target in targets.iter_mut().filter(|target| target.name == names.live) {
            target.planned.create = planned.create.clone();
            target.planned.copied = planned.copied.clone();
            target.planned.build = planned.build.clone();
            target.planned.before.splice(0..0, planned.before.clone());
            target.planned.drop.splice(0..0, planned.drop.clone());
            target.planned.after = planned.after.clone();
        }
    }
    let comment = targets.first().and_then(Target::visible).and_then(|live| live.comment.clone());
    let store = match targets.first() {
        None => Store::default(),
        Some(first) => {
            let kept = (&settings.watermarks, &*settings.source);
            let name = &first.name;
            let comment = comment.as_deref();
            let ingested = Ingested { name, exists: first.current.is_some(), comment };
            let found = Store::find(client, Some(&server), ingested, kept).await;
            let (store, unreadable) = found.map_err(|error| error.in_table(name))?;
            is_unreadable = unreadable;
            store
        }
    };
    enum_type::check_held(client, &targets, &found, &settings, &server).await?;
    let stores_elsewhere = is_worker && server.has_citus && citus_worker(client).await?;
    let unreadable = comment.filter(|_| is_unreadable);
    let names = targets.iter().map(|target| target.name.clone()).collect::<Vec<_>>();
    let rejects_exist = rejects::check(client, &server, &names, &settings).await?;
    let core = Core::new(server, settings, enums, found, targets, store);
    Ok(Core { leftovers, unreadable, stores_elsewhere, rejects_exist, ..core })
}

/// The names of the tables, each with a name that is free for one that replaces it.
fn swapped(names: &[QualifiedName], relations: &[Relation]) -> Vec<Swapped> {
    let mut swapped: Vec<Swapped> = Vec::with_capacity(names.len());
    for (name, relation) in names.iter().zip(relations) {
        let is_ours = |fresh: &String| {
            let fresh = name.sibling(fresh);
            names.contains(&fresh) || swapped.iter().any(|other| other.fresh == fresh)
        };
        let fresh = relation.free_name(name.fresh_names().filter(|fresh| !is_ours(fresh)));
        swapped.push(Swapped { live: name.clone(), fresh: name.sibling(fresh) });
    }
    swapped
}

/// How an extension manages a table, if one does.
async fn managed(
    client: &Client,
    server: &Server,
    name: &QualifiedName,
    oid: u32,
) -> Result<Option<String>, Error> {
    let Some(sql) = catalog::managed::sql(server, name, oid) else { return Ok(None) };
    let messages = conn::query(client, &sql).await.map_err(Error::while_doing(START));
    Ok(catalog::managed::read(&messages.map_err(|error| error.in_table(name))?))
}

/// Whether the server is a node of Citus other than the coordinator.
async fn citus_worker(client: &Client) -> Result<bool, Error> {
    let sql = catalog::managed::is_worker();
    let messages = conn::query(client, &sql).await.map_err(Error::while_doing(START))?;
    Ok(catalog::managed::read(&messages).is_some())
}

/// Reads what the inspection answered.
pub(super) fn read(messages: &[tokio_postgres::SimpleQueryMessage]) -> Result<Inspected, Error> {
    Inspected::read(messages).ok_or_else(|| unreadable(START))
}

/// Names may come from the program, not only from the derive, which checks them.
fn check_names(tables: &[(QualifiedName, &'static Table)]) -> Result<(), Error> {
    let refused = |reason: String, name: &QualifiedName| {
        Err(Error::new(ErrorKind::Definition { reason }, START).in_table(name))
    };
    for (position, (name, _)) in tables.iter().enumerate() {
        for (what, part) in [("schema", name.schema()), ("table", name.name())] {
            if let Some(reason) = name_mistake(what, part) {
                return refused(reason, name);
            }
        }
        if tables.iter().take(position).any(|(other, _)| other == name) {
            return refused("two tables of one ingest have this name".to_owned(), name);
        }
    }
    Ok(())
}

/// Whether what is under a table's name, or that there is nothing, allows what is asked for.
fn check_name(
    name: &QualifiedName,
    definition: &'static Table,
    relation: &Relation,
    settings: &Settings,
    found: &[FoundEnum],
    server: &Server,
) -> Result<(), Error> {
    let upserts = settings.upserts(definition);
    let stages = upserts || definition.has_text();
    check_mergeable(definition, stages)?;
    if settings.deletes_missing && !upserts {
        return Err(unsupported(
            "`Delete::Missing` deletes the rows whose keys did not come, and its rows are not merged by a key",
        ));
    }
    if settings.deletes_missing && settings.set_aside.is_some() {
        return Err(unsupported(
            "with `Delete::Missing` no row can be set aside: it would count as one that did not come, \
             and be deleted",
        ));
    }
    if settings.upsert == Upsert::KeepExisting && !upserts {
        return Err(unsupported(
            "it has no primary key that rows come with, nor `merge_on`, by which the rows are known that are there already and are to stay",
        ));
    }
    match &relation.table {
        None if settings.migration == Migration::Freeze => {
            let differences = vec!["it does not exist".to_owned()];
            Err(Error::new(ErrorKind::SchemaMismatch { differences }, START))
        }
        None => {
            check_creation(name, relation, stages, server)?;
            enum_type::check(definition, true, found, server)
        }
        Some(live) => {
            if !relation.schema_usage {
                return Err(privilege(server, format!("USAGE on schema {:?}", name.schema())));
            }
            check_live(live, definition, settings, server)?;
            if settings.delete != Delete::Off {
                check_replacement(name, relation, live, server)?;
            }
            let makes_tables = stages || live.row_security || settings.delete != Delete::Off;
            enum_type::check(definition, makes_tables, found, server)
        }
    }
}

/// A table that does not exist: whether it can be created.
fn check_creation(
    name: &QualifiedName,
    relation: &Relation,
    stages: bool,
    server: &Server,
) -> Result<(), Error> {
    if stages {
        check_temporary(server)?;
    }
    if !relation.schema_exists && !server.create {
        return Err(privilege(server, format!("CREATE on database {:?}", server.database)));
    }
    if relation.schema_exists && !(relation.schema_create && relation.schema_usage) {
        return Err(privilege(server, format!("CREATE and USAGE on schema {:?}", name.schema())));
    }
    Ok(())
}

/// Whether rows can go through a temporary table.
fn check_temporary(server: &Server) -> Result<(), Error> {
    if server.temp {
        return Ok(());
    }
    Err(privilege(server, format!("TEMPORARY on database {:?}", server.database)))
}

/// A relation that exists: whether it is one that can be loaded as asked for, by this role.
pub(super) fn check_live(
    live: &LiveTable,
    definition: &Table,
    settings: &Settings,
    server: &Server,
) -> Result<(), Error> {
    let what = match live.kind {
        'r' | 'p' => None,
        'v' => Some("a view"),
        'm' => Some("a materialized view"),
        'f' => Some("a foreign table"),
        'S' => Some("a sequence"),
        'c' => Some("a composite type"),
        _ => Some("no table"),
    };
    if let Some(what) = what {
        return Err(unsupported(format!("it is {what}, and rows are loaded into tables")));
    }
    let upserts = settings.upserts(definition);
    let updates = settings.updates(definition);
    if let Some(lacking) = live.lacks(definition, upserts, updates) {
        return Err(privilege(server, format!("{lacking} on the table")));
    }
    if upserts || definition.has_text() || live.row_security || live.referred.contains(&live.oid) {
        check_temporary(server)?;
    }
    if settings.deletes_missing
        && let Some(lacking) = live.lacks_to_delete(definition)
    {
        return Err(privilege(server, format!("{lacking} on the table")));
    }
    check_partitioned(live, definition)?;
    check_atomic(live, settings)?;
    check_generated(live, definition, updates)?;
    if settings.delete != Delete::Off && !live.is_owner {
        let missing = format!("the ownership of the table, which {:?} has", live.owner);
        return Err(privilege(server, missing));
    }
    Ok(())
}
