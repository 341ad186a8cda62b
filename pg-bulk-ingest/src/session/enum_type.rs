//! The enum types of a session's tables: created with the first table that has a column of them,
//! extended by the labels that they lack, never reduced.

use super::core::{Core, Settings};
use super::open;
use super::refusal::{START, name_mistake, privilege, unsupported};
use super::target::Target;
use crate::catalog::{self, FoundEnum, HeldIn, LiveType, Server, enum_type};
use crate::conn;
use crate::definition::{Column, EnumType, Table};
use crate::error::{Error, ErrorKind};
use crate::execute::query;
use crate::ident::{QualifiedName, list};
use crate::options::Delete;
use crate::plan;
use crate::statement::{Statement, rollback_to, savepoint, script};
use tokio_postgres::{Client, Transaction};

const CREATE: &str = "cannot create the enum types";

/// The savepoint around the creation of enum types.
const SAVEPOINT: &str = "pg_bulk_ingest_create_types";

/// The enum types of these tables, each once, if no two definitions are of one name.
pub(super) fn defined(
    tables: &[(QualifiedName, &'static Table)],
) -> Result<Vec<&'static EnumType>, Error> {
    let mut defined: Vec<&'static EnumType> = Vec::new();
    for (table, definition) in tables {
        for enum_type in of(definition) {
            let name = enum_type.qualified_name();
            let refused = |reason: String| {
                Err(Error::new(ErrorKind::Definition { reason }, START).in_table(table))
            };
            for (what, part) in [("schema", name.schema()), ("enum type", name.name())] {
                if let Some(reason) = name_mistake(what, part) {
                    return refused(reason);
                }
            }
            if tables.iter().any(|(other, _)| *other == name) {
                return refused(format!(
                    "{name} is defined both as an enum type and as a table, of whose rows \
                     PostgreSQL makes a type of the same name"
                ));
            }
            let other = defined.iter().find(|other| other.qualified_name() == name);
            match other.map(|other| other.labels()) {
                None => defined.push(enum_type),
                Some(labels) if labels == enum_type.labels() => {}
                Some(labels) => {
                    return refused(format!(
                        "the enum type {name} is defined twice: with the labels {}, and with the \
                         labels {}",
                        quoted(labels),
                        quoted(enum_type.labels())
                    ));
                }
            }
        }
    }
    Ok(defined)
}

/// The enum types of a table's columns, each once.
pub(super) fn of(definition: &'static Table) -> Vec<&'static EnumType> {
    let mut enums = Vec::new();
    for enum_type in definition.columns().iter().filter_map(Column::enum_type) {
        if !enums.contains(&enum_type) {
            enums.push(enum_type);
        }
    }
    enums
}

fn quoted(labels: &[impl AsRef<str>]) -> String {
    list(labels.iter().map(|label| format!("{:?}", label.as_ref())))
}

/// Whether the enum types of a table can be created and extended as they have to be, and used if
/// tables with columns of them are made: the table itself, or one through which its rows go.
pub(super) fn check(
    definition: &'static Table,
    makes_tables: bool,
    found: &[FoundEnum],
    server: &Server,
) -> Result<(), Error> {
    for enum_type in of(definition) {
        let Some(found) = FoundEnum::of(found, enum_type) else { continue };
        match &found.live {
            None => check_creation(enum_type, found, server)?,
            Some(live) => check_live(enum_type, found, live, server)?,
        }
    }
    if makes_tables { check_usage(definition, found, server) } else { Ok(()) }
}

fn check_creation(enum_type: &EnumType, found: &FoundEnum, server: &Server) -> Result<(), Error> {
    let name = enum_type.qualified_name();
    if !found.schema_exists && !server.create {
        let missing =
            format!("CREATE on database {:?}, to create the enum type {name}", server.database);
        return Err(privilege(server, missing));
    }
    if found.schema_exists && !(found.schema_create && found.schema_usage) {
        let missing = format!(
            "CREATE and USAGE on schema {:?}, to create the enum type {name}",
            name.schema()
        );
        return Err(privilege(server, missing));
    }
    Ok(())
}

fn check_live(
    enum_type: &EnumType,
    found: &FoundEnum,
    live: &LiveType,
    server: &Server,
) -> Result<(), Error> {
    let name = enum_type.qualified_name();
    let what = match live.kind {
        'e' => None,
        'T' => Some("the type of a table's rows"),
        'c' => Some("a composite type"),
        'd' => Some("a domain"),
        'r' | 'm' => Some("a range type"),
        _ => Some("no enum type"),
    };
    if let Some(what) = what {
        return Err(unsupported(format!("{name} is defined as an enum type, and it is {what}")));
    }
    let lacks = live.lacks(enum_type);
    if lacks.is_empty() {
        return Ok(());
    }
    if !live.is_owner {
        let missing = format!(
            "the ownership of the enum type {name}, which {:?} has, to add {} to it",
            live.owner,
            quoted(&lacks)
        );
        return Err(privilege(server, missing));
    }
    check_schema(enum_type, found, server)
}

/// Whether the role can name the type.
fn check_schema(enum_type: &EnumType, found: &FoundEnum, server: &Server) -> Result<(), Error> {
    if found.schema_usage {
        return Ok(());
    }
    let (schema, name) = (enum_type.schema(), enum_type.qualified_name());
    let missing = format!("USAGE on schema {schema:?}, where the enum type {name} is");
    Err(privilege(server, missing))
}

/// Whether tables can be made that have columns of the table's enum types.
pub(super) fn check_usage(
    definition: &'static Table,
    found: &[FoundEnum],
    server: &Server,
) -> Result<(), Error> {
    for enum_type in of(definition) {
        let Some(found) = FoundEnum::of(found, enum_type) else { continue };
        let Some(live) = &found.live else { continue };
        check_schema(enum_type, found, server)?;
        if !live.usage {
            let name = enum_type.qualified_name();
            return Err(privilege(server, format!("USAGE on the enum type {name}")));
        }
    }
    Ok(())
}

/// Refuses enum types that lack labels, where nothing is to be changed.
pub(super) fn check_complete(
    enums: &[&'static EnumType],
    found: &[FoundEnum],
) -> Result<(), Error> {
    let lacking = |enum_type: &&&'static EnumType| {
        let lacks = FoundEnum::of(found, enum_type)?.live.as_ref()?.lacks(enum_type);
        let name = enum_type.qualified_name();
        let lacks = (!lacks.is_empty()).then(|| quoted(&lacks))?;
        Some(format!("the enum type {name} lacks {lacks}"))
    };
    let differences = enums.iter().filter_map(|one| lacking(&one)).collect::<Vec<_>>();
    if differences.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::SchemaMismatch { differences }, START))
}

/// Refuses tables with rows that hold a label that the definition of an enum type has not. Without
/// such rows it is no difference, as PostgreSQL cannot drop a label.
pub(super) async fn check_held(
    client: &Client,
    targets: &[Target],
    found: &[FoundEnum],
    settings: &Settings,
    server: &Server,
) -> Result<(), Error> {
    // The rows go.
    if settings.delete != Delete::Off {
        return Ok(());
    }
    let mut columns = Vec::new();
    for (position, target) in targets.iter().enumerate() {
        // It is asked again once the columns have their names.
        let named = target.visible().filter(|_| target.renaming.is_none());
        let Some(live) = named else { continue };
        let here = HeldIn::columns(position, &target.name, live, target.definition, found);
        let here = here.collect::<Vec<_>>();
        if let Some(first) = here.iter().find(|held| !held.can_select) {
            let select = "SELECT";
            let missing = format!(
                "{select} on the table, to see whether a row holds {}, which the enum type {} \
                 has and the enum has not",
                quoted(&first.labels),
                first.enum_type.qualified_name()
            );
            return Err(privilege(server, missing).in_table(&target.name));
        }
        for column in &here {
            if let Some(found) = FoundEnum::of(found, column.enum_type) {
                let nameable = check_schema(column.enum_type, found, server);
                nameable.map_err(|error| error.in_table(&target.name))?;
            }
        }
        columns.extend(here);
    }
    if columns.is_empty() {
        return Ok(());
    }
    let sql = catalog::alone(&enum_type::held(&columns));
    let messages = conn::query(client, &sql).await.map_err(Error::while_doing(START))?;
    let held = enum_type::read_held(&messages);
    let Some(first) = held.iter().filter_map(|(at, _)| columns.get(*at)).map(|c| c.position).min()
    else {
        return Ok(());
    };
    let describe = |(at, label): &(usize, String)| {
        let column = columns.get(*at).filter(|column| column.position == first)?;
        Some(format!(
            "column {:?} holds {label:?}, a label that the enum type {} has and the enum has not",
            column.column.name(),
            column.enum_type.qualified_name()
        ))
    };
    let differences = held.iter().filter_map(describe).collect();
    let error = Error::new(ErrorKind::SchemaMismatch { differences }, START);
    Err(error.in_table(&targets[first].name))
}

/// Adds the labels that the enum types lack, each in a message of its own.
pub(super) async fn extend(client: &Client, core: &mut Core) -> Result<(), Error> {
    for enum_type in &core.enums {
        let found = FoundEnum::of(&core.found, enum_type);
        let Some(live) = found.and_then(|found| found.live.as_ref()) else { continue };
        for statement in plan::add_labels(enum_type, &live.labels) {
            let sql = statement.sql();
            tracing::debug!(sql, purpose = statement.purpose(), "statement");
            let added = conn::execute(client, sql).await;
            added.map_err(Error::while_doing("cannot add a label to the enum type"))?;
            core.totals.migrated.extend([statement]);
        }
    }
    Ok(())
}

/// Creates the enum types of tables that do not exist, in the transaction, before the tables.
pub(super) async fn create_missing(
    transaction: &Transaction<'_>,
    core: &Core,
    definitions: &[&'static Table],
) -> Result<Vec<Statement>, Error> {
    let mut missing = definitions.iter().flat_map(|table| of(table)).collect::<Vec<_>>();
    missing.retain(|enum_type| {
        FoundEnum::of(&core.found, enum_type).is_none_or(|found| found.live.is_none())
    });
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let inspect = catalog::isolated(&enum_type::sql(&missing));
    for attempt in 1.. {
        let found = enum_type::read(&query(transaction, &inspect, CREATE).await?);
        let found =
            found.ok_or_else(|| open::concurrent("the catalog's answer is not understood"))?;
        check_created_meanwhile(&missing, &found)?;
        let statements = plan::create_enum_types(&missing, &found);
        if statements.is_empty() {
            return Ok(statements);
        }
        match query(transaction, &savepoint(SAVEPOINT, &script(&statements)), CREATE).await {
            Ok(_) => return Ok(statements),
            Err(error) if attempt < open::CREATIONS && open::is_concurrent_creation(&error) => {
                tracing::debug!(attempt, "another session creates the same schema or enum type");
                query(transaction, &rollback_to(SAVEPOINT), CREATE).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Vec::new())
}

/// A type that came to be since the session began has to be as it is defined: a label cannot be
/// added and used in one transaction.
fn check_created_meanwhile(enums: &[&EnumType], found: &[FoundEnum]) -> Result<(), Error> {
    for enum_type in enums {
        let Some(live) = FoundEnum::of(found, enum_type).and_then(|found| found.live.as_ref())
        else {
            continue;
        };
        if live.kind != 'e' || live.labels != enum_type.labels() {
            let name = enum_type.qualified_name();
            let change =
                format!("it created the type {name} with the labels {}", quoted(&live.labels));
            return Err(open::concurrent(change));
        }
    }
    Ok(())
}
