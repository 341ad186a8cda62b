//! Values that were sent as text: PostgreSQL reads them before the rows are merged.

use super::merging::{Merging, SAVEPOINT};
use crate::error::{Error, ErrorKind};
use crate::execute::{numbers, query};
use crate::statement::{begin_savepoint, rollback_to, savepoint};
use tokio_postgres::error::SqlState;
use tokio_postgres::{SimpleQueryMessage, Transaction};

/// As where the library itself cannot write a value.
const WRITE: &str = "cannot write a row";

impl Merging<'_> {
    /// Has the text of the staging table read. The error of a value names its row and column.
    pub(super) async fn read_text(self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let Some(sql) = self.staging.read_text() else { return Ok(()) };
        match query(transaction, &savepoint(SAVEPOINT, &sql), WRITE).await {
            Ok(messages) => self.cut(&messages).map_or(Ok(()), Err),
            Err(error) if is_of_a_value(&error) => {
                let Ok(Some((row, column))) = self.unreadable(transaction).await else {
                    return Err(error);
                };
                Err(self.at(error, row, column))
            }
            Err(error) => Err(error),
        }
    }

    /// The error of the first value that its column would cut or round.
    fn cut(self, messages: &[SimpleQueryMessage]) -> Option<Error> {
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })?;
        let text = row.get(2).filter(|_| self.core.settings.show_values);
        let kind = ErrorKind::Value {
            reason: "would be cut off or rounded by the type of its column".to_owned(),
            value: text.map(|text| format!("{text:?}")),
        };
        let (number, column) = (row.get(0)?.parse().ok()?, row.get(1)?.parse().ok()?);
        Some(self.at(Error::new(kind, WRITE), number, column))
    }

    fn at(self, error: Error, row: u64, column: usize) -> Error {
        let column = self.target.definition.columns().get(column);
        let error = error.in_row(row);
        match column {
            Some(column) => error.in_column(column.name()),
            None => error,
        }
    }

    /// Finds the first row with a text that cannot be read, and the column, by reading halves of the
    /// rows: PostgreSQL says neither. All halves together are as many rows as there are.
    async fn unreadable(
        self,
        transaction: &Transaction<'_>,
    ) -> Result<Option<(u64, usize)>, Error> {
        let staging = self.staging;
        let back = rollback_to(SAVEPOINT);
        let (create, begin) = (staging.create_readable(), begin_savepoint(SAVEPOINT));
        let sql = format!("{back};\n{create};\n{begin};\n{}", staging.bounds());
        let [mut first, mut last] = numbers(transaction, &sql, WRITE).await?;
        let is_readable = async |first, last, only| {
            let sql = format!("{back};\n{}", staging.read_rows(first, last, only));
            match query(transaction, &sql, WRITE).await {
                Ok(_) => Ok(true),
                Err(error) if is_of_a_value(&error) => Ok(false),
                Err(error) => Err(error),
            }
        };
        while first < last {
            let middle = first + (last - first) / 2;
            match is_readable(first, middle, None).await? {
                true => first = middle + 1,
                false => last = middle,
            }
        }
        for column in staging.text_columns() {
            if !is_readable(first, first, Some(column)).await? {
                return Ok(Some((first, column)));
            }
        }
        Ok(None)
    }
}

/// Whether the server refused what it read, or could not find what it names: text can be the name of a
/// table or a function.
fn is_of_a_value(error: &Error) -> bool {
    let code = error.code().map(SqlState::code);
    let classes = ["0A", "22", "23", "3F", "42", "54", "P0"];
    code.is_some_and(|code| classes.iter().any(|class| code.starts_with(class)))
}
