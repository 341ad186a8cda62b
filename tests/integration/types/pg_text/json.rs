//! JSON, without the help of `serde_json`'s writer.

use super::PgText;
use serde_json::Value;
use serde_json::value::RawValue;

fn string(text: &str) -> String {
    let escaped = text.chars().map(|character| match character {
        '"' | '\\' => format!("\\{character}"),
        ' '..='~' => character.to_string(),
        _ => {
            let units = &mut [0; 2];
            character.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04X}")).collect()
        }
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => number.to_string(),
            (_, Some(number), _) => number.to_string(),
            (.., number) => format!("{:?}", number.unwrap()),
        },
        Value::String(text) => string(text),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(json).collect::<Vec<_>>().join(","))
        }
        Value::Object(entries) => {
            let entries =
                entries.iter().map(|(key, value)| format!("{}:{}", string(key), json(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
    }
}

impl PgText for Value {
    fn pg_text(&self) -> Option<String> {
        Some(json(self))
    }
}

impl PgText for RawValue {
    fn pg_text(&self) -> Option<String> {
        Some(self.get().to_owned())
    }
}
