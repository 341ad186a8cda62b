//! The comments of a definition: those of columns, and that of the table beside what is stored with
//! it.

use crate::catalog::LiveTable;
use crate::definition::{Column, Table};
use crate::ident::{Ident, Literal, QualifiedName};
use crate::statement::{LockMode, Statement};
use crate::watermark::{self, Unreadable};

const PURPOSE: &str = "the struct says so";

/// Whether a live table has other comments than its definition gives.
pub(crate) fn differ(definition: &Table, live: &LiveTable) -> Result<bool, Unreadable> {
    let table = match definition.comment() {
        Some(text) => {
            let comment = live.comment.as_deref();
            Some(watermark::with_text(comment, text)?.as_str()) != comment
        }
        None => false,
    };
    Ok(table || different(definition, Some(live)).next().is_some())
}

/// Makes the comments of a live table those of its definition.
pub(crate) fn statements(
    name: &QualifiedName,
    definition: &Table,
    live: &LiveTable,
) -> Result<Vec<Statement>, Unreadable> {
    statements_over(name, definition, live.comment.as_deref(), Some(live))
}

/// Returns the statements that make the comments of a table those of its definition, whose own is
/// this by then. `live` is the table as it is, if there is one.
pub(crate) fn statements_over(
    name: &QualifiedName,
    definition: &Table,
    current: Option<&str>,
    live: Option<&LiveTable>,
) -> Result<Vec<Statement>, Unreadable> {
    let text = definition.comment().map(|text| watermark::with_text(current, text)).transpose()?;
    let table = text
        .filter(|text| Some(text.as_str()) != current)
        .map(|text| watermark::comment_on(name, Some(&text), PURPOSE));
    let column = |(column, comment): (&Column, &str)| {
        let (column, comment) = (Ident::new(column.name()), Literal(comment));
        let sql = format!("COMMENT ON COLUMN {name}.{column} IS {comment}");
        Statement::new(sql, LockMode::ShareUpdateExclusive, PURPOSE)
    };
    Ok(table.into_iter().chain(different(definition, live).map(column)).collect())
}

/// The columns that have other comments than they shall, and these.
fn different<'d>(
    definition: &'d Table,
    live: Option<&'d LiveTable>,
) -> impl Iterator<Item = (&'d Column, &'static str)> {
    definition.columns().iter().filter_map(move |column| {
        let comment = column.comment()?;
        let mut columns = live.iter().flat_map(|live| &live.shape.columns);
        let found = columns.find(|live| live.name == column.name());
        let is_same = found.is_some_and(|live| live.comment.as_deref() == Some(comment));
        (!is_same).then_some((column, comment))
    })
}

/// What a live table is once these comments are set.
pub(crate) fn apply(definition: &Table, live: &mut LiveTable) -> Result<(), Unreadable> {
    if let Some(text) = definition.comment() {
        live.comment = Some(watermark::with_text(live.comment.as_deref(), text)?);
    }
    for column in &mut live.shape.columns {
        let defined = definition.columns().iter().find(|defined| defined.name() == column.name);
        if let Some(comment) = defined.and_then(Column::comment) {
            column.comment = Some(comment.to_owned());
        }
    }
    Ok(())
}
