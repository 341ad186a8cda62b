//! The text of structs.

use crate::model::{EnumItem, Field, Model, TableItem, literal};
use quote::ToTokens;
use std::collections::BTreeSet;
use std::fmt::Write;
use syn::punctuated::Punctuated;
use syn::{Meta, Token};

/// The crates that are features of pg-bulk-ingest.
const FEATURES: &[&str] =
    &["bigdecimal", "eui48", "hstore", "ipnet", "jiff", "pgvector", "rust_decimal", "time"];

/// How many sources are named in the first line.
const MAX_SOURCES: usize = 3;

/// The text of a file.
pub(crate) fn print(model: &Model) -> String {
    let mut text = String::new();
    // What is written into a string does not fail.
    let _ = file(model, &mut text);
    text
}

fn file(model: &Model, text: &mut String) -> std::fmt::Result {
    let (first, more) = model.sources.split_at(model.sources.len().min(MAX_SOURCES));
    let more = match more.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let sources = one_line(&first.join(", "));
    writeln!(text, "// Printed by `pg-bulk-ingest struct` of {sources}{more}.")?;
    let features: Vec<String> = of_features(model).map(literal).collect();
    match features.as_slice() {
        [] => {}
        features => writeln!(
            text,
            "// Cargo.toml: pg-bulk-ingest = {{ version = \"{}\", features = [{}] }}",
            env!("CARGO_PKG_VERSION"),
            features.join(", ")
        )?,
    }
    // hstore is of the standard library's types.
    let crates: Vec<&str> = model.crates.iter().copied().filter(|name| *name != "hstore").collect();
    if !crates.is_empty() {
        writeln!(text, "// Types of the crates {}.", crates.join(", "))?;
    }
    writeln!(text)?;
    let is_filled = |field: &Field| field.ty.starts_with("Filled<");
    let has_filled = model.tables.iter().any(|table| table.fields.iter().any(is_filled));
    let imports: Vec<&str> = [
        ("Filled", has_filled),
        ("IngestEnum", !model.enums.is_empty()),
        ("IngestTable", !model.tables.is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, is_used)| is_used.then_some(name))
    .collect();
    match imports.as_slice() {
        [] => {}
        [only] => writeln!(text, "use pg_bulk_ingest::{only};")?,
        several => writeln!(text, "use pg_bulk_ingest::{{{}}};", several.join(", "))?,
    }
    for table in &model.tables {
        writeln!(text)?;
        print_table(table, text)?;
    }
    for item in &model.enums {
        writeln!(text)?;
        print_enum(item, text)?;
    }
    Ok(())
}

fn of_features(model: &Model) -> impl Iterator<Item = &'static str> {
    model.crates.iter().copied().filter(|name| FEATURES.contains(name))
}

fn print_table(table: &TableItem, text: &mut String) -> std::fmt::Result {
    if !table.notes.is_empty() {
        writeln!(text, "// Not said by the struct, and left as it is by an ingest:")?;
    }
    for note in &table.notes {
        writeln!(text, "// - {}", one_line(note))?;
    }
    doc_comment("", table.comment.as_deref(), text)?;
    writeln!(text, "#[derive(Debug, IngestTable)]")?;
    let comments = if table.has_comments() { ", comments" } else { "" };
    let (schema, name) = (literal(&table.schema), literal(&table.table));
    writeln!(text, "#[ingest(schema = {schema}, table = {name}{comments})]")?;
    for setting in &table.settings {
        writeln!(text, "#[ingest({setting})]")?;
    }
    if looks_repeated(&table.settings) {
        writeln!(text, "#[allow(clippy::duplicated_attributes)]")?;
    }
    writeln!(text, "pub struct {} {{", table.ident)?;
    for field in &table.fields {
        doc_comment("    ", field.comment.as_deref(), text)?;
        if !field.settings.is_empty() {
            writeln!(text, "    #[ingest({})]", field.settings.join(", "))?;
        }
        writeln!(text, "    pub {}: {},", field.ident, field.ty)?;
    }
    writeln!(text, "}}")
}

/// Whether clippy takes a field that is in two indexes for an attribute that is there twice.
fn looks_repeated(settings: &[String]) -> bool {
    let mut seen = BTreeSet::new();
    let mut is_repeated = false;
    for meta in settings.iter().filter_map(|setting| syn::parse_str::<Meta>(setting).ok()) {
        walk(&meta, "", &mut |path| is_repeated |= !seen.insert(path));
    }
    is_repeated
}

/// Shows the words and values within a setting, each with what it is in.
fn walk(meta: &Meta, within: &str, show: &mut dyn FnMut(String)) {
    let name = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
    let path = format!("{within}.{name}");
    match meta {
        Meta::Path(_) => show(path),
        Meta::NameValue(value) => show(format!("{path} = {}", value.value.to_token_stream())),
        Meta::List(list) => {
            let nested = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            nested.iter().flatten().for_each(|meta| walk(meta, &path, show));
        }
    }
}

fn print_enum(item: &EnumItem, text: &mut String) -> std::fmt::Result {
    writeln!(text, "#[derive(Debug, Clone, Copy, PartialEq, Eq, IngestEnum)]")?;
    let case = item.rename_all.map(|case| format!(", rename_all = \"{case}\"")).unwrap_or_default();
    let (schema, name) = (literal(&item.schema), literal(&item.name));
    writeln!(text, "#[ingest(schema = {schema}, type = {name}{case})]")?;
    writeln!(text, "pub enum {} {{", item.ident)?;
    for (ident, label) in &item.variants {
        if let Some(label) = label {
            writeln!(text, "    #[ingest(rename = {})]", literal(label))?;
        }
        writeln!(text, "    {ident},")?;
    }
    writeln!(text, "}}")
}

fn doc_comment(indent: &str, comment: Option<&str>, text: &mut String) -> std::fmt::Result {
    for line in comment.iter().flat_map(|comment| comment.split('\n')) {
        match line {
            "" => writeln!(text, "{indent}///")?,
            // What a comment of Rust does not take, or what reads as something else in it.
            odd if odd.contains(is_odd) => {
                writeln!(text, "{indent}#[doc = {}]", literal(&format!(" {odd}")))?;
            }
            line => writeln!(text, "{indent}/// {line}")?,
        }
    }
    Ok(())
}

/// Whether a character is not to be in a comment: it moves others, or ends the line.
fn is_odd(character: char) -> bool {
    character.is_control() && character != '\t'
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// A text in a comment of one line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_odd(c) || c == '\t' { ' ' } else { c }).collect()
}
