//! Whether a high watermark reads back as it was: of equal keys, say, one is lost.

use crate::finite::to_json;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde_json::value::RawValue;
use serde_json::{Error, Result};

/// A high watermark as JSON that reads back equal.
pub(crate) fn write<W: Serialize>(watermark: &W, read: fn(&str) -> Result<W>) -> Result<String> {
    let json = to_json(watermark)?;
    let again = serde_json::to_string(&read(&json)?)?;
    if again == json || canonical(&again) == canonical(&json) {
        return Ok(json);
    }
    Err(Error::custom(format!("it is written as {json}, which reads back as {again}")))
}

/// Reads a high watermark.
pub(crate) fn read<W: DeserializeOwned>(json: &str) -> Result<W> {
    serde_json::from_str(json)
}

/// Sorts what a map or a set has, since these need not be written in one order twice.
fn canonical(json: &str) -> String {
    let json = json.trim();
    let sorted = |mut parts: Vec<String>| {
        parts.sort();
        parts.join(",")
    };
    if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(json) {
        let parts = list.iter().map(|value| canonical(value.get()));
        return format!("[{}]", sorted(parts.collect()));
    }
    match super::object::Object::read(json) {
        Some(object) => {
            let parts = object.entries().map(|(key, value)| {
                format!("{}:{}", serde_json::Value::from(key), canonical(value))
            });
            format!("{{{}}}", sorted(parts.collect()))
        }
        None => json.to_owned(),
    }
}
