//! The start of a session: what is there, whether it is as it is defined, what is refused.

use super::core::{Core, Settings};
use super::enum_type;
use super::target::{Current, Target};
use crate::catalog::{self, FoundEnum, Inspected, LiveTable, Relation, Server, attached};
use crate::compare::{compare, predict};
use crate::deadline::answer;
use crate::definition::Table;
use crate::error::{Error, ErrorKind, Failure};
use crate::ident::{MAX_NAME, QualifiedName};
use crate::options::Delete;
use crate::statement::script;
use crate::{plan, watermark};
use tokio_postgres::Client;

const START: &str = "cannot start the ingest";

/// Inspects the tables, compares them with their definitions, and refuses what cannot be done.
pub(super) async fn start(
    client: &mut Client,
    tables: Vec<(QualifiedName, &'static Table)>,
    settings: Settings,
) -> Result<Core, Error> {
    check_names(&tables)?;
    let enums = enum_type::defined(&tables)?;
    let names = tables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let sql = catalog::alone(&catalog::inspect(&names, &enums));
    let messages = answer(client.simple_query(&sql)).await.map_err(Error::while_doing(START))?;
    let Inspected { server, enums: found, relations } = read(&messages)?;
    check_server(&server)?;
    for (name, definition) in &tables {
        check_version(&server, definition).map_err(|error| error.in_table(name))?;
    }
    let mut targets = Vec::with_capacity(tables.len());
    for ((name, definition), relation) in tables.into_iter().zip(relations) {
        let target = match relation.table {
            None => {
                let upserts = settings.upserts(definition);
                let checked = check_creation(&name, &relation, upserts, &server);
                let checked =
                    checked.and_then(|()| enum_type::check(definition, true, &found, &server));
                checked.map_err(|error| error.in_table(&name))?;
                Target { definition, name, current: None, replaces: None }
            }
            Some(live) => {
                let checked = check_live(&live, definition, &settings, &server);
                let makes_tables = settings.upserts(definition)
                    || live.row_security
                    || settings.delete != Delete::Off;
                let checked = checked
                    .and_then(|()| enum_type::check(definition, makes_tables, &found, &server));
                checked.map_err(|error| error.in_table(&name))?;
                check_definition(client, &server, &found, &name, &live, definition).await?;
                if settings.delete != Delete::Off {
                    check_attached(client, &name, &live, definition).await?;
                }
                let current = Current::new(name.clone(), live, definition, false)?;
                Target { definition, name, current: Some(current), replaces: None }
            }
        };
        targets.push(target);
    }
    let comment = targets.first().and_then(Target::visible).and_then(|live| live.comment.clone());
    let stored = watermark::stored(comment.as_deref()).map(|stored| stored.map(str::to_owned));
    let stored = stored.map_err(|unreadable| {
        let error = unreadable.error(comment.as_deref(), "cannot read the high watermark");
        targets.iter().take(1).fold(error, |error, first| error.in_table(&first.name))
    })?;
    enum_type::check_held(client, &targets, &found, &settings, &server).await?;
    Ok(Core::new(server, settings, enums, found, targets, stored))
}

/// Reads what the inspection answered.
pub(super) fn read(messages: &[tokio_postgres::SimpleQueryMessage]) -> Result<Inspected, Error> {
    Inspected::read(messages).ok_or_else(|| {
        let reason = "the catalog's answer is not understood".to_owned();
        Error::new(ErrorKind::Unsupported { reason }, START)
    })
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

/// The version from which a unique constraint can take NULLs for equal.
const NULLS_NOT_DISTINCT: u32 = 150_000;

/// Whether the server is of a version that has what the definition asks for.
fn check_version(server: &Server, definition: &Table) -> Result<(), Error> {
    let needed = definition.indexes().iter().any(|index| !index.is_nulls_distinct());
    if !needed || server.version >= NULLS_NOT_DISTINCT {
        return Ok(());
    }
    Err(unsupported(format!(
        "a unique constraint with `nulls_not_distinct` needs PostgreSQL 15 or later, and the \
         server is PostgreSQL {}",
        server.version / 10_000
    )))
}

/// What is wrong with a name, if anything.
pub(super) fn name_mistake(what: &str, name: &str) -> Option<String> {
    if name.is_empty() {
        return Some(format!("the name of the {what} is empty"));
    }
    if name.len() > MAX_NAME {
        let length = name.len();
        return Some(format!(
            "the name of the {what} is {length} bytes long, and PostgreSQL would cut it to \
             {MAX_NAME}"
        ));
    }
    name.contains('\0').then(|| format!("the name of the {what} contains a NUL character"))
}

pub(super) fn privilege(server: &Server, missing: impl Into<String>) -> Error {
    let kind = ErrorKind::Privilege { role: server.role.clone(), missing: missing.into() };
    Error::new(kind, START)
}

pub(super) fn unsupported(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported { reason: reason.into() }, START)
}

/// Whether the session is one in which rows can be written, and arrive as they are.
fn check_server(server: &Server) -> Result<(), Error> {
    if server.read_only {
        return Err(unsupported("transactions of this session are read-only"));
    }
    if server.client_encoding != "UTF8" {
        let encoding = &server.client_encoding;
        return Err(unsupported(format!(
            "the session's client_encoding is {encoding}, and text is sent in UTF8"
        )));
    }
    Ok(())
}

/// A table that does not exist: whether it can be created.
fn check_creation(
    name: &QualifiedName,
    relation: &Relation,
    upserts: bool,
    server: &Server,
) -> Result<(), Error> {
    if upserts {
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
fn check_live(
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
    let privileges = [
        (live.can_insert, "INSERT", true),
        (live.can_select, "SELECT", upserts),
        (live.can_update, "UPDATE", upserts),
    ];
    for (held, privilege_name, needed) in privileges {
        if needed && !held {
            return Err(privilege(server, format!("{privilege_name} on the table")));
        }
    }
    if upserts || live.row_security {
        check_temporary(server)?;
    }
    if settings.delete != Delete::Off {
        if live.kind == 'p' {
            return Err(unsupported(
                "it is partitioned, and its rows cannot be deleted by replacing it",
            ));
        }
        if !live.is_owner {
            return Err(privilege(
                server,
                format!("the ownership of the table, which {:?} has", live.owner),
            ));
        }
    }
    Ok(())
}

/// Whether a live table is as it is defined. Only where that cannot be told from what was read,
/// PostgreSQL is asked for how it spells the definition.
async fn check_definition(
    client: &mut Client,
    server: &Server,
    found: &[FoundEnum],
    name: &QualifiedName,
    live: &LiveTable,
    definition: &'static Table,
) -> Result<(), Error> {
    let predicted = predict(definition, found);
    if predicted.as_ref().is_some_and(|defined| compare(&live.shape, defined).is_empty()) {
        return Ok(());
    }
    let defined = match predicted {
        Some(predicted) if !server.temp => predicted,
        _ if !server.temp => return check_temporary(server).map_err(|error| error.in_table(name)),
        _ => {
            let usable = enum_type::check_usage(definition, found, server);
            usable.map_err(|error| error.in_table(name))?;
            twin(client, found, definition).await.map_err(|error| error.in_table(name))?
        }
    };
    let differences = compare(&live.shape, &defined);
    if differences.is_empty() {
        return Ok(());
    }
    let differences = differences.iter().map(ToString::to_string).collect();
    Err(Error::new(ErrorKind::Differs { differences }, START).in_table(name))
}

const TWIN: &str = "pg_bulk_ingest_twin";

/// The definition as PostgreSQL spells it: an empty temporary table that is rolled back.
async fn twin(
    client: &mut Client,
    found: &[FoundEnum],
    definition: &'static Table,
) -> Result<catalog::Shape, Error> {
    let action = "cannot compare the table with its definition";
    let failed = |error: Failure| Error::server(error, action);
    let transaction = answer(client.transaction()).await.map_err(failed)?;
    let inspect = catalog::isolated(&catalog::inspect_temporary(&[TWIN]));
    let enums = enum_type::of(definition);
    let mut statements = plan::create_enum_types(&enums, found);
    statements.extend(plan::create_twin(TWIN, definition));
    let sql = format!("{};\n{inspect}", script(&statements));
    let messages = answer(transaction.simple_query(&sql)).await.map_err(failed)?;
    answer(transaction.rollback()).await.map_err(failed)?;
    let twin = read(&messages)?.relations.into_iter().find_map(|relation| relation.table);
    twin.map(|table| table.shape).ok_or_else(|| {
        let reason = "the definition could not be read back".to_owned();
        Error::new(ErrorKind::Unsupported { reason }, action)
    })
}

/// Refuses to replace a table on which something hangs that would be lost.
async fn check_attached(
    client: &mut Client,
    name: &QualifiedName,
    live: &LiveTable,
    definition: &Table,
) -> Result<(), Error> {
    let sql = catalog::alone(&attached::sql(live.oid, definition));
    let messages = answer(client.simple_query(&sql)).await.map_err(Error::while_doing(START))?;
    let objects = attached::read(&messages);
    if objects.is_empty() {
        return Ok(());
    }
    let action = "cannot delete by replacing the table";
    Err(Error::new(ErrorKind::Attached { objects }, action).in_table(name))
}

#[cfg(test)]
mod tests {
    use super::{Server, check_version};
    use crate::definition::{Index, IndexKey, Table};

    #[test]
    fn nulls_not_distinct_needs_a_server_that_has_it() -> Result<(), serde_json::Error> {
        const INDEX: Index = Index::new(&[IndexKey::column(0)]).unique().nulls_not_distinct();
        let table = Table::new("public", "t", &[], &[], &[INDEX]);
        let mut server: Server = serde_json::from_str(
            r#"{"version": 140022, "role": "", "database": "", "read_only": false,
                "client_encoding": "UTF8", "lock_timeout": "0", "deadlock_timeout": 1000, "create": true, "temp": true}"#,
        )?;
        let refused = check_version(&server, &table).map_err(|error| error.to_string());
        assert_eq!(
            refused,
            Err("cannot start the ingest: a unique constraint with `nulls_not_distinct` needs \
                 PostgreSQL 15 or later, and the server is PostgreSQL 14"
                .to_owned())
        );
        server.version = 150_000;
        assert!(check_version(&server, &table).is_ok());
        Ok(())
    }
}
