//! Expressions that give columns their values when rows are updated: they are tried before there is a row.

use super::define::is_of_a_definition;
use super::enum_type;
use super::refusal::START;
use crate::catalog::FoundEnum;
use crate::conn;
use crate::definition::Table;
use crate::error::Error;
use crate::execute::query_parts;
use crate::ident::QualifiedName;
use crate::{merge, plan};
use tokio_postgres::Client;

/// Tries them on an empty temporary table, which is rolled back.
pub(super) async fn check(
    client: &mut Client,
    definition: &'static Table,
    found: &[FoundEnum],
) -> Result<(), Error> {
    if !definition.computes_any() {
        return Ok(());
    }
    let failed = |error| Error::server(error, START);
    let tried = QualifiedName::new("pg_temp", "pg_bulk_ingest_tried");
    let enums = enum_type::of(definition);
    let mut parts = plan::create_enum_types(&enums, found)
        .iter()
        .map(|statement| statement.sql().to_owned())
        .collect::<Vec<_>>();
    parts.push(plan::create_columns(&tried, definition));
    let before = parts.len();
    let updates = merge::try_on(&tried, definition);
    parts.extend(updates.iter().map(|(_, sql)| sql.clone()));
    let transaction = conn::begin(client).await.map_err(failed)?;
    let ran = query_parts(&transaction, &parts, START).await;
    conn::roll_back(transaction).await.map_err(failed)?;
    let Err((error, failed)) = ran else { return Ok(()) };
    let update = failed.part.checked_sub(before).and_then(|at| updates.get(at));
    Err(match update {
        Some((column, _)) if is_of_a_definition(&error) => {
            let field = column.field();
            let reason = format!("PostgreSQL does not take `on_update` of field `{field}`");
            error.in_column(column.name()).of_definition(reason)
        }
        _ => error,
    })
}
