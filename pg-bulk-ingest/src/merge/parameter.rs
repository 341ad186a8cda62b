//! Rows that come as a parameter of the statement that merges them.

use super::{Live, Staging};
use crate::ident::{Ident, list};

/// The rows, as a table of the query.
const ROWS: &str = "pg_bulk_ingest_rows";

/// A column that numbers them.
const NUMBER: &str = "pg_bulk_ingest_number";

impl Staging {
    /// Returns the rows as the one parameter of the statement, instead of a temporary table: an array of the
    /// row type of the live table.
    pub(crate) fn in_parameter(&self, live: Live<'_>) -> Self {
        let Self { columns, ordinal, .. } = self;
        let names = list(live.live.shape.columns.iter().map(|column| Ident::new(&column.name)));
        Self {
            name: ROWS.to_owned(),
            parts: Vec::new(),
            ordinal: ordinal.clone(),
            columns: columns.clone(),
            definition: String::new(),
            from_text: Vec::new(),
            query: format!(
                "{ROWS} AS (SELECT {columns}, {NUMBER} AS {ordinal} \
                 FROM pg_catalog.unnest($1::{}[]) WITH ORDINALITY AS row ({names}, {NUMBER})), ",
                live.name
            ),
        }
    }
}
