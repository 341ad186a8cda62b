//! How the columns of record batches are those of a table: by name.

use crate::batch::{Batch, Cells};
use crate::error::Error;
use crate::{pair, write};
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use pg_bulk_ingest::{Column, Kind, Table};

/// What may be unlike between record batches and the table.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Matching {
    pub(crate) ignores_extra: bool,
    pub(crate) missing_are_null: bool,
}

impl Matching {
    /// Makes cells of a table of the record batch with this number.
    pub(crate) fn cells(
        self,
        batch: RecordBatch,
        number: u64,
        table: &Table,
    ) -> Result<Batch, Error> {
        let schema = batch.schema();
        let mut wrong = Vec::new();
        let mut columns = Vec::with_capacity(table.columns().len());
        for (position, column) in table.columns().iter().enumerate() {
            if column.is_filled() {
                continue;
            }
            match self.column(&batch, &schema, position, column) {
                Ok(cells) => columns.push(cells),
                Err(reason) => wrong.push(reason),
            }
        }
        if !self.ignores_extra {
            wrong.extend(extra(&schema, table));
        }
        if wrong.is_empty() {
            return Ok(Batch::new(batch, number, columns));
        }
        Err(Error::mismatch(number, table, wrong))
    }

    fn column(
        self,
        batch: &RecordBatch,
        schema: &Schema,
        position: usize,
        column: &Column,
    ) -> Result<Cells, String> {
        let name = column.name();
        let nullable = column.is_nullable();
        let mut found =
            schema.fields().iter().zip(batch.columns()).filter(|(field, _)| field.name() == name);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(format!("there is more than one column {name:?}")),
            (Some((field, array)), None) => match pair::writer(array, column) {
                Some(write) => Ok(Cells { position, write, nulls: write::nulls(array), nullable }),
                None => Err(misfit(field.data_type(), column)),
            },
            (None, _) if nullable && self.missing_are_null => {
                Ok(Cells { position, write: pair::all_null(), nulls: None, nullable })
            }
            (None, _) => {
                let hint = if nullable { " (`missing_as_null` makes it NULL)" } else { "" };
                Err(format!("column {name:?} is missing{hint}"))
            }
        }
    }
}

/// What is wrong with the columns that no field of the table takes.
fn extra(schema: &Schema, table: &Table) -> Vec<String> {
    const HINT: &str = "(`ignore_extra_columns` leaves it out)";
    let names = schema.fields().iter().map(|field| field.name());
    let wrong = names.filter_map(|name| {
        match table.columns().iter().find(|column| column.name() == name) {
            None => Some(format!("the table has no column {name:?} {HINT}")),
            Some(column) if column.is_filled() => {
                Some(format!("column {name:?} is filled by the server {HINT}"))
            }
            Some(_) => None,
        }
    });
    wrong.collect()
}

/// Why an array of a type is not written into a column.
fn misfit(of: &DataType, column: &Column) -> String {
    let why = match (of, column.column_type().kind()) {
        (_, Kind::ToSql) => "whose values are written by way of `ToSql` alone",
        (DataType::Timestamp(_, None), Kind::Timestamptz) => {
            "and timestamps without a time zone are no instants"
        }
        (DataType::Timestamp(_, Some(_)), Kind::Timestamp) => {
            "and timestamps with a time zone are instants"
        }
        _ => "which does not take all values of it",
    };
    format!(
        "column {:?} is {of} in Arrow and {} in the table (field `{}: {}`), {why}",
        column.name(),
        column.sql_type(),
        column.field(),
        column.rust_type(),
    )
}
