//! Why an ingest is not begun.

use super::core::Settings;
use crate::catalog::{LiveTable, PartitionKey, Relation, Server};
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::ident::{MAX_NAME, QualifiedName};
use crate::partition::partition_by;
use crate::plan::MOST_COLUMNS;

pub(super) const START: &str = "cannot start the ingest";

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
    let kind =
        ErrorKind::InsufficientPrivilege { role: server.role.clone(), missing: missing.into() };
    Error::new(kind, START)
}

/// Whether a table can be made beside a live one, and given to its owner.
pub(super) fn check_replacement(
    name: &QualifiedName,
    relation: &Relation,
    live: &LiveTable,
    server: &Server,
) -> Result<(), Error> {
    let missing = format!("CREATE on schema {:?}", name.schema());
    if !relation.schema_create {
        return Err(privilege(server, missing));
    }
    if !live.owner_creates && live.owner != server.role {
        let kind = ErrorKind::InsufficientPrivilege { role: live.owner.clone(), missing };
        return Err(Error::new(kind, START));
    }
    Ok(())
}

pub(super) fn unsupported(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported { reason: reason.into() }, START)
}

/// The catalog's answer is not understood.
pub(super) fn unreadable(action: &'static str) -> Error {
    let reason = "the catalog's answer is not understood".to_owned();
    Error::new(ErrorKind::Unsupported { reason }, action)
}

/// Whether values can be given to the columns.
pub(super) fn check_generated(
    live: &LiveTable,
    definition: &Table,
    updates: bool,
) -> Result<(), Error> {
    for (position, defined) in definition.columns().iter().enumerate() {
        let name = defined.name();
        let Some(column) = live.shape.columns.iter().find(|column| column.name == name) else {
            continue;
        };
        if defined.is_filled() {
            continue;
        }
        if column.is_generated() {
            return Err(unsupported(format!(
                "column {name:?} is generated from other columns, so it cannot be written: leave \
                 it out of the struct, or let its field be `Filled` and `generated`"
            )));
        }
        let updated = updates && definition.updates(position);
        if updated && column.is_identity_always() {
            return Err(unsupported(format!(
                "column {name:?} is GENERATED ALWAYS AS IDENTITY and not in the primary key, so the \
                 rows that are there cannot be updated"
            )));
        }
    }
    Ok(())
}

/// Whether a table can be replaced by one that knows nothing of how an extension manages it.
pub(super) fn check_unmanaged(managed: Option<String>) -> Result<(), Error> {
    match managed {
        None => Ok(()),
        Some(managed) => Err(unsupported(format!(
            "{managed}: the table that replaces it would be a plain local one"
        ))),
    }
}

/// Whether a table through which rows are merged can have all their columns.
pub(super) fn check_mergeable(definition: &Table, stages: bool) -> Result<(), Error> {
    let columns = definition.sent().count();
    if !stages || columns < MOST_COLUMNS {
        return Ok(());
    }
    let most = MOST_COLUMNS - 1;
    if definition.has_text() {
        return Err(unsupported(format!(
            "it has {columns} columns, of which some are sent as text, which is read in a table that has \
             one column more, so that {most} is the most"
        )));
    }
    Err(unsupported(format!(
        "it has {columns} columns and a primary key, on which rows are merged by way of a table that has \
         one column more, so that {most} is the most: with `Upsert::Off` they are not"
    )))
}

/// What a server that only speaks as PostgreSQL does may do to its tables.
pub(super) fn of_engine(engine: &str) -> String {
    format!("the server is {}, which manages tables in ways of its own", engine.trim_matches('-'))
}

/// Whether a table is partitioned as it is defined: it cannot become so where it is.
pub(super) fn check_partitioned(live: &LiveTable, definition: &Table) -> Result<(), Error> {
    let Some(partitioning) = definition.partitioning() else { return Ok(()) };
    let defined = partitioning.columns().iter().filter_map(|at| definition.columns().get(*at));
    let defined = defined.map(|column| Some(column.name()));
    let defined = defined.collect::<Vec<_>>();
    let is_as_defined = |key: &PartitionKey| {
        let columns = key.columns.iter().map(Option::as_deref);
        key.strategy == partitioning.strategy().code() && columns.eq(defined.iter().copied())
    };
    if live.partition_key.as_ref().is_some_and(is_as_defined) {
        return Ok(());
    }
    let defined = partition_by(partitioning, definition);
    let is =
        if live.partition_key.is_some() { "partitioned in another way" } else { "not partitioned" };
    let reasons = vec![format!(
        "the table is {is}, and is defined with {defined}: a table cannot become that where it is, so \
         make one beside it, move the rows, and rename the two"
    )];
    Err(Error::new(ErrorKind::CannotMigrate { reasons }, START))
}

/// Whether a batch is committed whole.
pub(super) fn check_atomic(live: &LiveTable, settings: &Settings) -> Result<(), Error> {
    let foreign = live.foreign_partitions;
    if foreign == 0 || settings.allow_partial_commit {
        return Ok(());
    }
    Err(unsupported(format!(
        "{foreign} of its partitions are foreign tables, whose servers commit one by one: a batch \
         could be committed in part, unless `allow_partial_commit(true)` accepts that"
    )))
}

#[cfg(test)]
mod tests {
    use super::check_mergeable;
    use crate::definition::{Column, ColumnType, FieldType, Kind, Table};

    const COLUMN: Column =
        Column::new("a", "a", "bool", FieldType::new(ColumnType::new(Kind::Bool), false));

    #[test]
    fn rows_to_merge_have_one_column_less_than_a_table_can_have() {
        const MOST: &[Column] = &[COLUMN; 1600];
        const LESS: &[Column] = &[COLUMN; 1599];
        let table = |columns| Table::new("public", "t", columns, &[0], &[]);
        assert!(check_mergeable(&table(LESS), true).is_ok());
        assert!(check_mergeable(&table(MOST), false).is_ok());
        let refused = check_mergeable(&table(MOST), true).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|error| error.contains("1599 is the most")));
    }
}
