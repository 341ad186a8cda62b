//! The struct of a table.

use crate::arguments::Choices;
use crate::catalog::{LiveColumn, LiveTable};
use crate::constant::is_constant;
use crate::model::{Field, Model, TableItem, literal};
use crate::rust_type::{self, RustType};
use crate::{enum_type, index, name};
use std::collections::BTreeSet;

/// Adds the struct of a table to what is printed.
pub(crate) fn add(live: &LiveTable, choices: Choices, model: &mut Model) {
    model.sources.push(format!("{}.{}", live.schema, live.name));
    let mut item = TableItem {
        ident: name::type_name(&live.name, &mut model.names),
        schema: live.schema.clone(),
        table: live.name.clone(),
        comment: live.comment.as_deref().and_then(own_comment),
        notes: notes(live),
        settings: Vec::new(),
        fields: Vec::new(),
    };
    let mut taken = BTreeSet::new();
    // Rows come with something, so that not all of what may be filled can be.
    let from_rows = live.columns.iter().all(is_filled);
    for column in &live.columns {
        let is_filled = is_filled(column) && !(from_rows && is_given(column));
        let field = field(column, is_filled, choices, model, &mut taken);
        item.notes.extend(sequence_note(column));
        item.fields.push(field);
    }
    if from_rows && !live.columns.iter().any(is_given) {
        item.notes
            .push("values for its columns: there are none that rows can come with".to_owned());
    }
    index::add(live, &mut item);
    let by = partition_by(live);
    item.settings.extend(by.map(|by| format!("partition_by = {}", literal(&by))));
    let comments =
        item.fields.iter_mut().map(|field| (Some(field.column.clone()), &mut field.comment));
    for (column, comment) in std::iter::once((None, &mut item.comment)).chain(comments) {
        if comment.as_deref().is_some_and(|text| !is_doc_comment(text)) {
            let of = column.map_or("the table".to_owned(), |column| format!("column {column}"));
            item.notes.push(format!("the comment of {of}, which ends a line with white space"));
            *comment = None;
        }
    }
    model.tables.push(item);
}

/// How a table is partitioned, if it is by columns alone.
fn partition_by(live: &LiveTable) -> Option<String> {
    let (strategy, names) = live.partitioned_by.as_deref()?.strip_suffix(')')?.split_once(" (")?;
    let is_column = |name: &str| {
        let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let name = quoted.map_or(name.to_owned(), |quoted| quoted.replace("\"\"", "\""));
        live.columns.iter().any(|column| column.name == name)
    };
    let by_columns = names.split(", ").all(is_column);
    by_columns.then(|| format!("{} ({names})", strategy.to_lowercase()))
}

/// The comment of a table without the object of an ingest around it.
fn own_comment(comment: &str) -> Option<String> {
    let object = serde_json::from_str::<serde_json::Value>(comment).ok();
    match object.as_ref().and_then(|object| object.as_object()) {
        Some(object) if object.contains_key("pg-bulk-ingest") => {
            object.get("comment").and_then(|text| text.as_str()).map(str::to_owned)
        }
        _ => Some(comment.to_owned()),
    }
}

/// Whether a doc comment says this text: it has no white space at the ends of its lines, and no empty
/// lines around it.
fn is_doc_comment(text: &str) -> bool {
    let ends_well = text.split('\n').all(|line| line.trim_end() == line);
    ends_well && text.trim_matches('\n') == text && !text.is_empty()
}

fn field(
    column: &LiveColumn,
    is_filled: bool,
    choices: Choices,
    model: &mut Model,
    taken: &mut BTreeSet<String>,
) -> Field {
    let ident = name::field(&column.name, taken);
    let mut settings = Vec::new();
    if name::column_of(&ident) != column.name {
        settings.push(format!("column = {}", literal(&column.name)));
    }
    let (mut ty, sql_type, sent_by) = typed(column, is_filled, choices, model);
    settings.extend(sent_by.map(str::to_owned));
    settings.extend(sql_type.map(|sql| format!("sql_type = {}", literal(&sql))));
    settings.extend(column.collation.as_ref().map(|sql| format!("collate = {}", literal(sql))));
    settings.extend(filling(column));
    if !column.not_null {
        ty = format!("Option<{ty}>");
    }
    if is_filled {
        ty = format!("Filled<{ty}>");
    }
    let comment = column.comment.clone();
    Field { ident, column: column.name.clone(), ty, comment, settings }
}

/// The Rust type, the SQL type if it is not the one that it has anyway, and how it is sent.
fn typed(
    column: &LiveColumn,
    is_filled: bool,
    choices: Choices,
    model: &mut Model,
) -> (String, Option<String>, Option<&'static str>) {
    let nested = |ty: String| (0..column.dimensions.min(6)).fold(ty, |ty, _| format!("Vec<{ty}>"));
    if !column.is_domain
        && let Some(ident) = enum_type::of(column, model)
    {
        return (nested(ident), None, None);
    }
    let is_own = column.base.builtin && !column.is_domain && !column.base.is_domain;
    let spelled = if is_own { rust_type::short(&column.sql_type) } else { column.sql_type.clone() };
    match rust_type::of(column, choices) {
        Some(found) if !(is_filled && found.sent_by.is_some()) => {
            model.crates.extend(found.of_crate);
            let brackets = if column.dimensions > 0 { "[]" } else { "" };
            let stored_as = found.stored_as.map(|stored_as| format!("{stored_as}{brackets}"));
            let is_default = stored_as.as_ref() == Some(&column.sql_type);
            (nested(found.name), Some(spelled).filter(|_| !is_default), found.sent_by)
        }
        // No value is sent, so any type will do that is not compared with the column's.
        _ if is_filled => ("String".to_owned(), Some(rust_type::unchecked(&spelled)), None),
        _ => {
            let RustType { name, sent_by, .. } = RustType::read_by_server();
            (name, Some(spelled), sent_by)
        }
    }
}

/// The setting that says what fills a column.
fn filling(column: &LiveColumn) -> Option<String> {
    match column.identity.as_str() {
        "a" => return Some("identity = \"always\"".to_owned()),
        "d" => return Some("identity".to_owned()),
        _ => {}
    }
    let sql = literal(column.default.as_deref()?);
    Some(match column.generated.as_str() {
        "" => format!("default = {sql}"),
        "v" => format!("generated = {sql}, virtual"),
        _ => format!("generated = {sql}"),
    })
}

/// Whether rows come without a column, as the server fills it.
fn is_filled(column: &LiveColumn) -> bool {
    let is_expression = |sql: &str| !is_constant(sql);
    !is_given(column) || column.default.as_deref().is_some_and(is_expression)
}

/// Whether rows can come with values for a column: it is neither an identity nor generated.
fn is_given(column: &LiveColumn) -> bool {
    column.identity.is_empty() && column.generated.is_empty()
}

/// What the sequence of a column is that its struct does not say.
fn sequence_note(column: &LiveColumn) -> Option<String> {
    let (name, sequence) = (&column.name, column.sequence.as_ref()?);
    let is_serial = is_given(column)
        && column.default.as_deref().is_some_and(|default| default.starts_with("nextval("));
    if is_serial {
        return Some(format!(
            "column {name}: sequence {} belongs to it, as to a `serial`, and is not made with the table",
            sequence.name
        ));
    }
    let has_options = !column.identity.is_empty() && !sequence.options.is_empty();
    has_options.then(|| format!("column {name}: its identity has {}", sequence.options))
}

/// What is on a table that is no part of a struct.
fn notes(live: &LiveTable) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(key) = &live.partitioned_by
        && partition_by(live).is_none()
    {
        notes.push(format!("PARTITION BY {key}"));
    }
    notes.extend(live.partition_of.as_ref().map(|parent| format!("PARTITION OF {parent}")));
    if !live.inherits.is_empty() {
        notes.push(format!("INHERITS ({})", live.inherits.join(", ")));
    }
    if live.persistence == 'u' {
        notes.push("UNLOGGED".to_owned());
    }
    if !live.options.is_empty() {
        notes.push(format!("WITH ({})", live.options.join(", ")));
    }
    for constraint in &live.constraints {
        let what = match constraint.kind {
            'c' => "check",
            'f' => "foreign key",
            _ => "exclusion",
        };
        notes.push(format!("{what} constraint {}: {}", constraint.name, constraint.definition));
    }
    if live.row_security {
        notes.push("row-level security".to_owned());
    }
    for (what, names) in [
        ("trigger", &live.triggers),
        ("rule", &live.rules),
        ("policy", &live.policies),
        ("extended statistics", &live.statistics),
    ] {
        notes.extend(names.iter().map(|name| format!("{what} {name}")));
    }
    notes
}
