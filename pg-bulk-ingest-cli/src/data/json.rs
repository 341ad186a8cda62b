//! Files of a JSON object a line.

use super::Column;
use super::value::Seen;
use crate::arguments::Choices;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// What has been seen of a key.
struct Key {
    name: String,
    seen: Option<Seen>,
    /// In how many objects it has a value.
    values: u64,
}

/// The columns of a file, in the order in which their keys come first.
pub(super) fn columns(path: &Path, choices: Choices) -> Result<Vec<Column>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut keys: Vec<Key> = Vec::new();
    let mut objects = 0_u64;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let at = |message: &dyn fmt::Display| format!("line {}: {message}", number + 1);
        let line = line.map_err(|error| at(&error))?;
        if line.trim().is_empty() {
            continue;
        }
        let object: Object = serde_json::from_str(&line).map_err(|error| at(&error))?;
        objects += 1;
        for (name, value) in object.0 {
            let at = keys.iter().position(|key| key.name == name).unwrap_or_else(|| {
                keys.push(Key { name, seen: None, values: 0 });
                keys.len() - 1
            });
            let key = &mut keys[at];
            let Some(seen) = of(&value) else { continue };
            key.values += 1;
            key.seen = Some(match key.seen.take() {
                None => seen,
                Some(before) => both(before, seen),
            });
        }
    }
    let columns = keys.into_iter().map(|key| Column {
        name: key.name,
        rust_type: key.seen.map(|seen| seen.rust_type(choices)),
        is_nullable: key.values < objects,
    });
    Ok(columns.collect())
}

/// An object whose keys are in their order.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// What holds both: JSON, where one is text and the other is none in JSON.
fn both(one: Seen, other: Seen) -> Seen {
    let is_quoted = |seen: &Seen| {
        !matches!(
            seen,
            Seen::Bool | Seen::Integer(_) | Seen::Number { .. } | Seen::Array(_) | Seen::Json
        )
    };
    match is_quoted(&one) == is_quoted(&other) {
        true if one != Seen::Bool && other != Seen::Bool || one == other => one.and(other),
        _ => Seen::Json,
    }
}

/// What a value is; `None` of null.
fn of(value: &Value) -> Option<Seen> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => Seen::Bool,
        Value::Number(number) => {
            let number = number.to_string();
            Seen::of_number(&number).unwrap_or(Seen::Text)
        }
        Value::String(text) => Seen::of_word(text),
        Value::Object(_) => Seen::Json,
        Value::Array(elements) => {
            let mut element = None;
            for value in elements {
                let seen = match of(value) {
                    // A NULL within, or an array within an array, is left to JSON.
                    None | Some(Seen::Json | Seen::Array(_)) => return Some(Seen::Json),
                    Some(seen) => seen,
                };
                element = Some(match element {
                    None => seen,
                    Some(before) => both(before, seen),
                });
            }
            Seen::Array(element.map(Box::new))
        }
    })
}
