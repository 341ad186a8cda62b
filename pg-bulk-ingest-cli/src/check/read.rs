//! What structs and enums say of tables and enum types.

use super::rust::{self, Settings, Types};
use crate::name::column_of;
use heck::{
    ToKebabCase, ToLowerCamelCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase,
    ToUpperCamelCase,
};
use proc_macro2::TokenStream;
use syn::{Item, ItemEnum, ItemStruct};

/// A table or an enum type as a file defines it.
#[derive(Debug)]
pub(super) struct Definition {
    /// `table` or `enum type`
    pub(super) kind: &'static str,
    /// With the schema.
    pub(super) name: String,
    /// Columns, keys and indexes, or labels.
    pub(super) parts: Vec<(String, String)>,
    /// Whether its comments are of the table.
    pub(super) has_comments: bool,
    pub(super) comments: Vec<(String, String)>,
}

/// Those of a file, of its inline modules too.
pub(super) fn definitions(text: &str) -> syn::Result<Vec<Definition>> {
    let file = syn::parse_file(text)?;
    let mut items = Items::default();
    items.collect(&file.items);
    let types = items.types();
    let tables = items.structs.iter().filter(|item| rust::derives(&item.attrs, "IngestTable"));
    let enums = items.enums.iter().filter(|item| rust::derives(&item.attrs, "IngestEnum"));
    Ok(tables
        .map(|item| table(item, &items, &types))
        .chain(enums.map(|item| labels(item)))
        .collect())
}

#[derive(Default)]
struct Items<'f> {
    structs: Vec<&'f ItemStruct>,
    enums: Vec<&'f ItemEnum>,
}

impl<'f> Items<'f> {
    fn collect(&mut self, items: &'f [Item]) {
        for item in items {
            match item {
                Item::Struct(item) => self.structs.push(item),
                Item::Enum(item) => self.enums.push(item),
                Item::Mod(module) => {
                    self.collect(module.content.as_ref().map_or(&[], |(_, items)| items));
                }
                _ => {}
            }
        }
    }

    fn types(&self) -> Types {
        let mut types = Types::default();
        for item in self.enums.iter().filter(|item| rust::derives(&item.attrs, "IngestEnum")) {
            let name = format!("enum {}", enum_name(item));
            types.named.insert(item.ident.to_string(), name);
        }
        for item in self.structs.iter().filter(|item| rust::derives(&item.attrs, "IngestColumn")) {
            if let Some(field) = item.fields.iter().next() {
                types.newtypes.insert(item.ident.to_string(), field.ty.clone());
            }
        }
        types
    }
}

fn qualified(settings: &Settings, name: &str, ident: &syn::Ident) -> String {
    let schema = settings.text("schema").unwrap_or_else(|| "public".to_owned());
    let own = || column_of(&ident.to_string()).to_snake_case();
    format!("{schema}.{}", settings.text(name).unwrap_or_else(own))
}

fn enum_name(item: &ItemEnum) -> String {
    qualified(&Settings::of(&item.attrs), "type", &item.ident)
}

fn labels(item: &ItemEnum) -> Definition {
    let settings = Settings::of(&item.attrs);
    let case = settings.text("rename_all");
    let label = |variant: &syn::Variant| {
        let own = Settings::of(&variant.attrs).text("rename");
        own.unwrap_or_else(|| renamed(&variant.ident.to_string(), case.as_deref()))
    };
    let labels: Vec<String> = item.variants.iter().map(label).collect();
    Definition {
        kind: "enum type",
        name: enum_name(item),
        parts: vec![("labels".to_owned(), format!("{labels:?}"))],
        has_comments: false,
        comments: Vec::new(),
    }
}

/// The name of a column or label by `rename_all`.
fn renamed(ident: &str, case: Option<&str>) -> String {
    let name = column_of(ident);
    match case {
        Some("lowercase") => name.to_lowercase(),
        Some("UPPERCASE") => name.to_uppercase(),
        Some("PascalCase") => name.to_upper_camel_case(),
        Some("camelCase") => name.to_lower_camel_case(),
        Some("snake_case") => name.to_snake_case(),
        Some("SCREAMING_SNAKE_CASE") => name.to_shouty_snake_case(),
        Some("kebab-case") => name.to_kebab_case(),
        Some("SCREAMING-KEBAB-CASE") => name.to_shouty_kebab_case(),
        _ => name.to_owned(),
    }
}

/// A field that is a column.
struct Column {
    /// As keys name it: `address.street`.
    path: String,
    name: String,
    settings: Settings,
    ty: String,
    comment: Option<String>,
}

fn columns(item: &ItemStruct, items: &Items<'_>, types: &Types) -> Vec<Column> {
    let case = Settings::of(&item.attrs).text("rename_all");
    let mut found = Vec::new();
    for field in &item.fields {
        let Some(ident) = &field.ident else { continue };
        let settings = Settings::of(&field.attrs);
        let ident = ident.to_string();
        if settings.has("skip") {
            continue;
        }
        let inner = items.structs.iter().find(|inner| rust::is_named(&field.ty, &inner.ident));
        if let (true, Some(inner)) = (settings.has("flatten"), inner) {
            let prefix = settings.text("prefix").unwrap_or_default();
            for column in columns(inner, items, types) {
                let name = format!("{prefix}{}", column.name);
                let path = format!("{ident}.{}", column.path);
                found.push(Column { path, name, ..column });
            }
            continue;
        }
        let name = settings.text("column").unwrap_or_else(|| renamed(&ident, case.as_deref()));
        let ty = if settings.has("json") { rust::json(&field.ty) } else { types.spell(&field.ty) };
        let comment = rust::doc_comment(&field.attrs);
        found.push(Column { path: ident, name, settings, ty, comment });
    }
    found
}

fn table(item: &ItemStruct, items: &Items<'_>, types: &Types) -> Definition {
    let settings = Settings::of(&item.attrs);
    let columns = columns(item, items, types);
    let mut parts: Vec<(String, String)> = columns.iter().map(column_part).collect();
    let name_of = |path: &str| {
        let found = columns.iter().find(|column| column.path == path);
        found.map(|column| column.name.clone())
    };
    let key: Vec<_> = columns.iter().filter(|column| column.settings.has("primary_key")).collect();
    let names: Vec<String> = key.iter().map(|column| format!("{:?}", column.name)).collect();
    if !names.is_empty() {
        parts.push(("primary_key".to_owned(), format!("({})", names.join(", "))));
    }
    let mut add = |key: &str, list: String| match key {
        "primary_key" => parts.push((key.to_owned(), list)),
        _ => parts.push((format!("{key}{list}"), "one".to_owned())),
    };
    for column in &columns {
        for (key, value) in column.settings.all(&["unique", "index"]) {
            let of = format!("{:?}", column.name);
            let list = value.map_or(of.clone(), |value| format!("{of}, {value}"));
            add(key, format!("({list})"));
        }
    }
    for (key, value) in settings.all(&["primary_key", "unique", "index"]) {
        let list = value.unwrap_or_default();
        add(key, format!("({})", rust::with_columns(&list, &name_of)));
    }
    let of_columns = columns.iter().map(|column| {
        let comment = column.comment.as_ref()?;
        Some((format!("the comment of column {:?}", column.name), format!("{comment:?}")))
    });
    let own = rust::doc_comment(&item.attrs);
    let own = own.map(|comment| ("the comment".to_owned(), format!("{comment:?}")));
    Definition {
        kind: "table",
        name: qualified(&settings, "table", &item.ident),
        has_comments: settings.has("comments"),
        comments: own.into_iter().chain(of_columns.flatten()).collect(),
        parts,
    }
}

/// Settings that say something of the column itself.
const OF_COLUMN: &[&str] = &[
    "sql_type",
    "collate",
    "default",
    "identity",
    "generated",
    "virtual",
    "text",
    "to_sql",
    "flatten",
];

fn column_part(column: &Column) -> (String, String) {
    let mut said = vec![column.ty.clone()];
    for key in OF_COLUMN {
        for (_, value) in column.settings.all(&[key]) {
            said.push(match value {
                Some(value) => format!("{key} = {}", spelled(key, &value)),
                None => (*key).to_owned(),
            });
        }
    }
    (format!("column {:?}", column.name), said.join(", "))
}

/// The value of a setting, of a type as people write it.
fn spelled(key: &str, value: &str) -> String {
    let parsed: Option<syn::LitStr> =
        value.parse::<TokenStream>().ok().and_then(|tokens| syn::parse2(tokens).ok());
    match parsed {
        Some(text) if key == "sql_type" => format!("{:?}", crate::rust_type::short(&text.value())),
        Some(text) => format!("{:?}", text.value()),
        None => value.to_owned(),
    }
}
