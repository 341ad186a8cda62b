//! The tables of rows that are set aside: whether they can be used, and what is kept in them.

use super::aside::Aside;
use super::core::{Core, Settings};
use super::own::{self, Needs, Own};
use super::refusal::{START, unsupported};
use super::target::Target;
use crate::catalog::{self, Server};
use crate::conn;
use crate::error::{Error, ErrorKind};
use crate::execute::{query, run};
use crate::ident::QualifiedName;
use crate::lock;
use crate::options::Migration;
use crate::rejects::{self, COLUMNS, Values};
use crate::statement::Statement;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Transaction};

const KEEP: &str = "cannot keep the rows that are set aside";

/// No table of the ingest is one of rows of another that are set aside.
pub(super) fn check_names(names: &[QualifiedName], settings: &Settings) -> Result<(), Error> {
    let mut rejects = names.iter().map(QualifiedName::rejects);
    match rejects.find(|rejects| settings.keeps_rejects() && names.contains(rejects)) {
        None => Ok(()),
        Some(rejects) => {
            let reason =
                "rows of another table of the ingest that are set aside would be kept in it";
            Err(unsupported(reason).in_table(&rejects))
        }
    }
}

/// Checks that the rows of each table that are set aside can be kept. Returns whether the table for them is
/// there.
pub(super) async fn check(
    client: &Client,
    server: &Server,
    names: &[QualifiedName],
    settings: &Settings,
) -> Result<Vec<bool>, Error> {
    let mut are_there = Vec::new();
    if !settings.keeps_rejects() {
        return Ok(are_there);
    }
    for name in names {
        let rejects = name.rejects();
        let is_there = check_one(client, server, &rejects, settings).await;
        are_there.push(is_there.map_err(|error| error.in_table(&rejects))?);
    }
    Ok(are_there)
}

async fn check_one(
    client: &Client,
    server: &Server,
    rejects: &QualifiedName,
    settings: &Settings,
) -> Result<bool, Error> {
    let needs = Needs {
        columns: &COLUMNS,
        privileges: &["INSERT"],
        purpose: "to keep the rows that are set aside",
        action: START,
    };
    match own::look(client, server, rejects, needs).await? {
        Own::Usable => Ok(true),
        Own::Missing { .. } if settings.migration == Migration::Freeze => {
            let differences =
                vec!["it does not exist, and rows that are set aside are kept in it".to_owned()];
            Err(Error::new(ErrorKind::SchemaMismatch { differences }, START))
        }
        Own::Missing { .. } => Ok(false),
        Own::Differs(differs) => Err(unsupported(format!(
            "rows that are set aside are kept in a table of this name, and it is another kind of table: {}",
            differs.join("; ")
        ))),
    }
}

/// Keeps the rows that a batch sets aside, in its transaction. Returns what was created for them.
pub(super) async fn keep(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
    aside: &Aside,
) -> Result<Vec<Statement>, Error> {
    let mut created = Vec::new();
    if !core.settings.keeps_rejects() {
        return Ok(created);
    }
    for (position, target) in targets.iter().enumerate() {
        let values = Values::of(aside.in_table(position));
        if values.rows.is_empty() {
            continue;
        }
        let rejects = target.name.rejects();
        let in_table = |error: Error| error.in_table(&rejects);
        if core.rejects_exist.get(position) != Some(&true) {
            created.extend(create(transaction, target, &rejects).await.map_err(in_table)?);
        }
        let batch = core.totals.batches + 1;
        let insert = rejects::insert(&rejects, &core.settings.source, batch);
        tracing::debug!(sql = insert, "query");
        let Values { row_numbers, columns, sqlstates, reasons, rows } = &values;
        let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
            (row_numbers, Type::INT8_ARRAY),
            (columns, Type::TEXT_ARRAY),
            (sqlstates, Type::TEXT_ARRAY),
            (reasons, Type::TEXT_ARRAY),
            (rows, Type::TEXT_ARRAY),
        ];
        let inserted = conn::query_typed(transaction, &insert, &parameters).await;
        inserted.map_err(Error::while_doing(KEEP)).map_err(in_table)?;
    }
    Ok(created)
}

/// Creates the table, unless another session has done so meanwhile.
async fn create(
    transaction: &Transaction<'_>,
    target: &Target,
    rejects: &QualifiedName,
) -> Result<Vec<Statement>, Error> {
    let look = format!("{};\n{}", lock::creation(rejects), catalog::own::exists(rejects));
    if catalog::own::read_exists(&query(transaction, &look, KEEP).await?) {
        return Ok(Vec::new());
    }
    let oid = target.visible().map_or(0, |live| live.oid);
    let readers =
        catalog::readers::read(&query(transaction, &catalog::readers::sql(oid), KEEP).await?);
    let create = rejects::create(rejects, &target.name, &readers);
    run(transaction, &create, KEEP).await?;
    Ok(create)
}
