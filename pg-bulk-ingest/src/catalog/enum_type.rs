//! An enum type as the catalog describes it.

use super::{LiveTable, probe};
use crate::definition::{Column, EnumType, Table};
use crate::ident::{Ident, Literal, QualifiedName, list};
use serde::Deserialize;
use tokio_postgres::SimpleQueryMessage;

/// What there is under the name of an enum type.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FoundEnum {
    schema: String,
    name: String,
    pub(crate) schema_exists: bool,
    pub(crate) schema_usage: bool,
    pub(crate) schema_create: bool,
    #[serde(rename = "type")]
    pub(crate) live: Option<LiveType>,
}

/// A type that exists.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LiveType {
    /// `pg_type.typtype`; `T` for that of a table's rows.
    pub(crate) kind: char,
    /// As `format_type` prints it.
    pub(crate) spelled: String,
    pub(crate) owner: String,
    /// Whether the role has the owner's privileges.
    pub(crate) is_owner: bool,
    /// Whether the role may make columns of it.
    pub(crate) usage: bool,
    /// In their order.
    pub(crate) labels: Vec<String>,
}

impl FoundEnum {
    /// That of the given enum type.
    pub(crate) fn of<'f>(found: &'f [Self], enum_type: &EnumType) -> Option<&'f Self> {
        found
            .iter()
            .find(|found| found.schema == enum_type.schema() && found.name == enum_type.name())
    }
}

impl LiveType {
    /// The labels that the definition has and the type has not.
    pub(crate) fn lacks(&self, defined: &EnumType) -> Vec<&'static str> {
        let labels = defined.labels().iter().copied();
        labels.filter(|label| !self.labels.iter().any(|live| live == label)).collect()
    }

    /// The labels that the type has and the definition has not.
    pub(crate) fn undefined(&self, defined: &EnumType) -> Vec<&str> {
        let labels = self.labels.iter().map(String::as_str);
        labels.filter(|label| !defined.labels().contains(label)).collect()
    }
}

/// The query for what there is under the names of these enum types.
pub(crate) fn sql(enums: &[&EnumType]) -> String {
    sql_of(enums, |values| format!("VALUES {values}"))
}

/// The query for what there is, which finds nothing in a transaction that somebody else began: see [`probe`].
pub(super) fn sql_outside(enums: &[&EnumType]) -> String {
    sql_of(enums, |values| probe::outside(&format!("(VALUES {values})")))
}

fn sql_of(enums: &[&EnumType], rows: impl Fn(&str) -> String) -> String {
    if enums.is_empty() {
        return "SELECT '[]'".to_owned();
    }
    let values = list(enums.iter().enumerate().map(|(position, enum_type)| {
        let (schema, name) = (Literal(enum_type.schema()), Literal(enum_type.name()));
        format!("({position}, {schema}, {name})")
    }));
    include_str!("enums.sql").replace(":types", &rows(&values))
}

/// The answer, if it is of this query alone.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Vec<FoundEnum>> {
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => serde_json::from_str(row.get(0)?).ok(),
        _ => None,
    })
}

/// A column of an enum type, and labels that its rows may hold.
#[derive(Debug)]
pub(crate) struct HeldIn<'d> {
    /// The position of its table in the ingest.
    pub(crate) position: usize,
    /// Its own rows, to select from.
    rows: String,
    /// Whether the role may read the column.
    pub(crate) can_select: bool,
    pub(crate) column: &'static Column,
    pub(crate) enum_type: &'static EnumType,
    pub(crate) labels: Vec<&'d str>,
}

impl<'d> HeldIn<'d> {
    /// The columns of a live table whose rows may hold labels that their enum types have and the
    /// definition has not.
    pub(crate) fn columns(
        position: usize,
        table: &'d QualifiedName,
        live_table: &'d LiveTable,
        definition: &'static Table,
        enums: &'d [FoundEnum],
    ) -> impl Iterator<Item = Self> {
        definition.columns().iter().filter_map(move |column| {
            let enum_type = column.enum_type()?;
            let live = FoundEnum::of(enums, enum_type)?.live.as_ref()?;
            let labels = live.undefined(enum_type);
            let any = !labels.is_empty();
            any.then(|| Self {
                position,
                rows: live_table.own_rows(table),
                can_select: live_table.can_select_from(column.name()),
                column,
                enum_type,
                labels,
            })
        })
    }

    /// The first of the labels that a row holds; a scan, unless there is an index.
    fn sql(&self, at: usize) -> String {
        let Self { rows, column, .. } = self;
        let name = Ident::new(column.name());
        let labels = list(self.labels.iter().map(|label| Literal(label)));
        let labels = format!("ARRAY[{labels}]::{}[]", self.enum_type.qualified_name());
        let (from, value) = if column.column_type().is_array() {
            let elements = format!("pg_catalog.unnest(live.{name}) AS element(label)");
            (format!("{rows} AS live, {elements}"), "element.label".to_owned())
        } else {
            (format!("{rows} AS live"), format!("live.{name}"))
        };
        format!(
            "(SELECT {at}, {value}::text FROM {from} \
             WHERE {value} OPERATOR(pg_catalog.=) ANY ({labels}) LIMIT 1)"
        )
    }
}

/// The query for labels that are held: of each column the first.
pub(crate) fn held(columns: &[HeldIn<'_>]) -> String {
    let queries = columns.iter().enumerate().map(|(at, column)| column.sql(at));
    queries.collect::<Vec<_>>().join(" UNION ALL ")
}

/// The answer: positions among the columns, and the labels.
pub(crate) fn read_held(messages: &[SimpleQueryMessage]) -> Vec<(usize, String)> {
    let row = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0)?.parse().ok()?, row.get(1)?.to_owned())),
        _ => None,
    };
    messages.iter().filter_map(row).collect()
}
