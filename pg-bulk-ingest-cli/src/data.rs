//! The struct of a data file: the narrowest types that hold all of its values.

mod csv;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod value;

use crate::arguments::Choices;
use crate::error::Error;
use crate::model::{Field, Model, TableItem, literal};
use crate::name;
use crate::rust_type::RustType;
use heck::ToSnakeCase;
use std::collections::BTreeSet;
use std::path::Path;

/// A column of a file.
#[derive(Debug)]
pub(crate) struct Column {
    /// In the file.
    name: String,
    /// `None` where there are no values.
    rust_type: Option<RustType>,
    is_nullable: bool,
}

/// PostgreSQL's limit of the length of a name in bytes.
const MAX_NAME: usize = 63;

/// PostgreSQL's limit of the number of columns.
const MAX_COLUMNS: usize = 1600;

/// Adds the struct of a file to what is printed.
pub(crate) fn add(
    path: &Path,
    delimiter: Option<u8>,
    choices: Choices,
    model: &mut Model,
) -> Result<(), Error> {
    let place = path.display().to_string();
    let failed = |message: String| Error::failed(format!("{place}: {message}"));
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let columns = match extension.as_deref() {
        Some("csv") => csv::columns(path, delimiter.unwrap_or(b','), choices),
        Some("tsv") => csv::columns(path, delimiter.unwrap_or(b'\t'), choices),
        Some("ndjson" | "jsonl") => json::columns(path, choices),
        #[cfg(feature = "parquet")]
        Some("parquet") => parquet::columns(path, choices),
        #[cfg(not(feature = "parquet"))]
        Some("parquet") => Err("this program was built without the feature `parquet`".to_owned()),
        _ => {
            let known = crate::arguments::EXTENSIONS.join(", .");
            Err(format!("files are known by their endings, which are .{known}"))
        }
    };
    let columns = columns.map_err(failed)?;
    if columns.is_empty() {
        return Err(failed("there are no columns".to_owned()));
    }
    if columns.len() > MAX_COLUMNS {
        let count = columns.len();
        return Err(failed(format!("{count} columns are more than the {MAX_COLUMNS} of a table")));
    }
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    model.sources.push(file_name);
    let item = item(&stem, columns, model);
    model.tables.push(item);
    Ok(())
}

fn item(stem: &str, columns: Vec<Column>, model: &mut Model) -> TableItem {
    let ident = name::type_name(stem, &mut model.names);
    let table = Some(short(&stem.to_snake_case())).filter(|name| !name.is_empty());
    let mut item = TableItem {
        table: table.unwrap_or_else(|| ident.to_snake_case()),
        ident,
        schema: "public".to_owned(),
        comment: None,
        notes: Vec::new(),
        settings: Vec::new(),
        fields: Vec::new(),
    };
    let mut taken = BTreeSet::new();
    for column in columns {
        // The names of columns are ours to choose: such as need no quotes.
        let ident = name::field(&short(&column.name.to_snake_case()), &mut taken);
        let settings = match SYSTEM_COLUMNS.contains(&ident.as_str()) {
            true => vec![format!("column = {}", literal(&format!("{ident}_")))],
            false => Vec::new(),
        };
        let has_values = column.rust_type.is_some();
        let RustType { name: mut ty, of_crate, .. } =
            column.rust_type.unwrap_or_else(|| RustType::new("String", "text"));
        model.crates.extend(of_crate);
        if column.is_nullable {
            ty = format!("Option<{ty}>");
        }
        if !has_values {
            item.notes.push(format!("no value of `{}` is in the file", column.name));
        }
        let own = name::column_of(&ident).to_owned();
        item.fields.push(Field { column: own, ident, ty, comment: None, settings });
    }
    item
}

/// Names that no column can have.
const SYSTEM_COLUMNS: &[&str] = &["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// A name that PostgreSQL does not cut, with room for a number after it.
fn short(name: &str) -> String {
    let end = (0..=MAX_NAME - 3).rev().find(|end| name.is_char_boundary(*end)).unwrap_or_default();
    if name.len() <= MAX_NAME - 3 { name.to_owned() } else { name[..end].to_owned() }
}
