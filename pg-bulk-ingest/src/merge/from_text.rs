//! Columns whose values are sent as text, for PostgreSQL to read: their columns in a staging table are
//! of type text until all rows are there.

use super::{Live, Staging};
use crate::catalog::LiveColumn;
use crate::definition::Column;
use crate::ident::{Ident, list};

/// The table into which rows are read to find one that cannot be.
const READABLE: &str = "pg_temp.pg_bulk_ingest_readable";

/// A column whose values are sent as text.
#[derive(Debug)]
pub(super) struct FromText {
    /// Its position in the definition.
    position: usize,
    name: Ident,
    /// The live column's type.
    sql_type: String,
    /// Its collation, as SQL after the type.
    collation: String,
    /// The value that is read from the text, without the length or precision of the column, to which an
    /// explicit cast would cut it.
    value: String,
    /// Whether the column would cut or round the value without an error.
    is_cut: Option<String>,
}

impl FromText {
    pub(super) fn of(live: Live<'_>) -> Vec<Self> {
        let columns = live.table.columns().iter().enumerate();
        columns.filter_map(|(position, column)| Self::of_column(live, position, column)).collect()
    }

    fn of_column(live: Live<'_>, position: usize, column: &Column) -> Option<Self> {
        let found = live.live.shape.columns.iter().find(|found| found.name == column.name());
        let is_read = column.column_type().is_from_text() && !column.is_filled();
        let live = found.filter(|_| is_read)?;
        let name = Ident::new(column.name());
        let sql_type = live.sql_type.clone();
        let read_as = live.unmodified().unwrap_or_else(|| sql_type.clone());
        let value = format!("{name}::{read_as}");
        let collation = live.collation.as_ref().map(|collation| format!(" COLLATE {collation}"));
        Some(Self {
            position,
            is_cut: is_cut(live, &name, &value),
            collation: collation.unwrap_or_default(),
            name,
            sql_type,
            value,
        })
    }
}

/// Types to whose length or precision values are cut or rounded without an error, if only the spaces at
/// the end.
const ROUNDING: &[&str] =
    &["varchar", "numeric", "time", "timetz", "timestamp", "timestamptz", "interval"];

/// Types that cut values to the one length that they have.
const CUTTING: &[&str] = &["name", "char"];

fn is_cut(live: &LiveColumn, name: &Ident, value: &str) -> Option<String> {
    // Of PostgreSQL's own types.
    live.unmodified()?;
    if ROUNDING.contains(&live.base_name()) && live.has_modifier() {
        let sql_type = &live.sql_type;
        return Some(format!("({value})::{sql_type} OPERATOR(pg_catalog.<>) {value}"));
    }
    let is_cutting = CUTTING.contains(&live.base_name()) && !live.is_array();
    is_cutting.then(|| format!("({value})::pg_catalog.text OPERATOR(pg_catalog.<>) {name}"))
}

/// A column of a staging table for values that are sent as text.
pub(super) fn column_sql(column: &Column) -> String {
    let not_null = if column.is_nullable() { "" } else { " NOT NULL" };
    format!("{} pg_catalog.text{not_null}", Ident::new(column.name()))
}

impl Staging {
    /// Makes the columns with text of all its tables those of the live table, by reading the text.
    /// Before that it returns, of the first row with a value that its column would cut or round, the
    /// number, the position of the column, and the text. `None` if there are no such columns.
    pub(crate) fn read_text(&self) -> Option<String> {
        if self.from_text.is_empty() {
            return None;
        }
        let alter = |column: &FromText| {
            let FromText { name, sql_type, collation, value, .. } = column;
            format!("ALTER {name} TYPE {sql_type}{collation} USING {value}")
        };
        let alter = list(self.from_text.iter().map(alter));
        let parts = self.parts.iter().map(ToString::to_string);
        let tables = std::iter::once(self.name.clone()).chain(parts);
        let alter = tables.map(|table| format!("ALTER TABLE {table} {alter}"));
        Some(self.first_cut().into_iter().chain(alter).collect::<Vec<_>>().join(";\n"))
    }

    fn first_cut(&self) -> Option<String> {
        let cut =
            self.from_text.iter().filter_map(|column| Some((column, column.is_cut.as_ref()?)));
        let cut = cut.collect::<Vec<_>>();
        if cut.is_empty() {
            return None;
        }
        let case = |value: fn(&FromText) -> String| {
            let when = cut.iter().map(|(column, is)| format!("WHEN {is} THEN {}", value(column)));
            format!("CASE {} END", when.collect::<Vec<_>>().join(" "))
        };
        let any = cut.iter().map(|(_, is)| is.as_str()).collect::<Vec<_>>().join(" OR ");
        let (rows, ordinal) = (self.rows(), &self.ordinal);
        let position = case(|column| column.position.to_string());
        let text = case(|column| column.name.to_string());
        Some(format!(
            "SELECT {ordinal}, {position}, {text} FROM {rows} AS staged WHERE {any} \
             ORDER BY {ordinal} LIMIT 1"
        ))
    }

    /// The positions of the columns with text.
    pub(crate) fn text_columns(&self) -> Vec<usize> {
        self.from_text.iter().map(|column| column.position).collect()
    }

    /// Creates the table into which rows are read, to find one that cannot be.
    pub(crate) fn create_readable(&self) -> String {
        let columns =
            self.from_text.iter().map(|column| format!("{} {}", column.name, column.sql_type));
        format!("CREATE TABLE {READABLE} ({}) ON COMMIT DROP", list(columns))
    }

    /// Returns the numbers of the first and of the last row.
    pub(crate) fn bounds(&self) -> String {
        let (rows, ordinal) = (self.rows(), &self.ordinal);
        format!("SELECT pg_catalog.min({ordinal}), pg_catalog.max({ordinal}) FROM {rows} AS staged")
    }

    /// Reads the text of the rows of these numbers, of all columns or of one.
    pub(crate) fn read_rows(&self, first: u64, last: u64, only: Option<usize>) -> String {
        let read = |column: &&FromText| only.is_none_or(|only| column.position == only);
        let names = list(self.from_text.iter().filter(read).map(|column| &column.name));
        let values = list(self.from_text.iter().filter(read).map(|column| &column.value));
        let (rows, ordinal) = (self.rows(), &self.ordinal);
        format!(
            "INSERT INTO {READABLE} ({names}) SELECT {values} FROM {rows} AS staged \
             WHERE {ordinal} OPERATOR(pg_catalog.>=) {first} \
             AND {ordinal} OPERATOR(pg_catalog.<=) {last}"
        )
    }
}
