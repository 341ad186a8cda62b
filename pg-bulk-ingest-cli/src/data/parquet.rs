//! Parquet files, by their schemas.

use super::Column;
use super::value::Seen;
use crate::arguments::Choices;
use crate::rust_type::{self, RustType};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::Type;
use std::fs::File;
use std::path::Path;

/// The columns of a file. A group is JSON, but for a list of values, which is an array.
pub(super) fn columns(path: &Path, choices: Choices) -> Result<Vec<Column>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
    let schema = reader.metadata().file_metadata().schema();
    let column = |field: &std::sync::Arc<Type>| Column {
        name: field.name().to_owned(),
        rust_type: Some(rust_type(field, choices)),
        is_nullable: field.get_basic_info().repetition() == Repetition::OPTIONAL,
    };
    Ok(schema.get_fields().iter().map(column).collect())
}

fn rust_type(field: &Type, choices: Choices) -> RustType {
    let of = if field.is_primitive() { primitive(field, choices) } else { group(field, choices) };
    if field.get_basic_info().repetition() == Repetition::REPEATED {
        return array(&of);
    }
    of
}

fn array(element: &RustType) -> RustType {
    RustType { name: format!("Vec<{}>", element.name), ..element.clone() }
}

/// A list is a group of one repeated group of one element.
fn group(field: &Type, choices: Choices) -> RustType {
    let info = field.get_basic_info();
    let is_list = info.converted_type() == ConvertedType::LIST
        || matches!(info.logical_type_ref(), Some(LogicalType::List));
    if let [list] = field.get_fields()
        && is_list
        && !list.is_primitive()
        && let [element] = list.get_fields()
        && element.is_primitive()
    {
        return array(&primitive(element, choices));
    }
    Seen::Json.rust_type(choices)
}

fn primitive(field: &Type, choices: Choices) -> RustType {
    let info = field.get_basic_info();
    let by_physical = || match field.get_physical_type() {
        Physical::BOOLEAN => Seen::Bool.rust_type(choices),
        Physical::INT32 => Seen::Integer(32).rust_type(choices),
        Physical::INT64 => Seen::Integer(64).rust_type(choices),
        // What Impala and Spark wrote before there were timestamps.
        Physical::INT96 => rust_type::timestamp(choices.dates),
        Physical::FLOAT => RustType::new("f32", "real"),
        Physical::DOUBLE => RustType::new("f64", "double precision"),
        Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => RustType::new("Vec<u8>", "bytea"),
    };
    let decimal = || rust_type::decimal(Some(field.get_precision()), choices.decimals);
    match info.logical_type_ref() {
        Some(LogicalType::String | LogicalType::Enum) => Seen::Text.rust_type(choices),
        Some(LogicalType::Json) => Seen::Json.rust_type(choices),
        Some(LogicalType::Uuid) => Seen::Uuid.rust_type(choices),
        Some(LogicalType::Float16) => RustType::new("f32", "real"),
        Some(LogicalType::Date) => rust_type::date(choices.dates),
        Some(LogicalType::Time(_)) => rust_type::time(choices.dates),
        Some(LogicalType::Timestamp(timestamp)) if timestamp.is_adjusted_to_u_t_c => {
            rust_type::timestamptz(choices.dates)
        }
        Some(LogicalType::Timestamp(_)) => rust_type::timestamp(choices.dates),
        Some(LogicalType::Decimal(_)) => decimal(),
        Some(LogicalType::Integer(integer)) => {
            integer_type(integer.bit_width, integer.is_signed, choices)
        }
        _ => match info.converted_type() {
            ConvertedType::UTF8 | ConvertedType::ENUM => Seen::Text.rust_type(choices),
            ConvertedType::JSON => Seen::Json.rust_type(choices),
            ConvertedType::DECIMAL => decimal(),
            ConvertedType::DATE => rust_type::date(choices.dates),
            ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => {
                rust_type::time(choices.dates)
            }
            // These are of UTC, as they always were.
            ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS => {
                rust_type::timestamptz(choices.dates)
            }
            ConvertedType::UINT_8 => integer_type(8, false, choices),
            ConvertedType::UINT_16 => integer_type(16, false, choices),
            ConvertedType::UINT_32 => integer_type(32, false, choices),
            ConvertedType::UINT_64 => integer_type(64, false, choices),
            ConvertedType::INT_8 | ConvertedType::INT_16 => integer_type(16, true, choices),
            _ => by_physical(),
        },
    }
}

fn integer_type(bits: i8, is_signed: bool, choices: Choices) -> RustType {
    match (bits, is_signed) {
        (..=16, true) | (..=8, false) => Seen::Integer(16).rust_type(choices),
        (..=32, true) | (..=16, false) => Seen::Integer(32).rust_type(choices),
        (_, true) | (..=32, false) => Seen::Integer(64).rust_type(choices),
        (_, false) => RustType::new("u64", "numeric(20,0)"),
    }
}

#[cfg(test)]
mod tests {
    use super::columns;
    use crate::arguments::Choices;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::fs::File;
    use std::sync::Arc;

    #[test]
    fn a_schema_has_the_types_of_its_columns() {
        let schema = "message rows {
            required int32 id;
            optional binary name (UTF8);
            required int64 at (TIMESTAMP(MILLIS, true));
            optional int64 local (TIMESTAMP(MICROS, false));
            optional group tags (LIST) { repeated group list { required binary element (UTF8); } }
            optional group doc { optional int32 a; }
            required fixed_len_byte_array (16) key (UUID);
            optional int32 day (DATE);
            required int64 price (DECIMAL(12, 2));
            required int64 big (INTEGER(64, false));
            required int32 small (INTEGER(8, true));
            repeated double scores;
            optional binary raw;
        }";
        let path = std::env::temp_dir().join(format!("struct-{}.parquet", std::process::id()));
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let file = File::create(&path).unwrap();
        SerializedFileWriter::new(file, schema, Arc::default()).unwrap().close().unwrap();
        let columns = columns(&path, Choices::default()).unwrap();
        std::fs::remove_file(&path).unwrap();
        let written = columns.iter().map(|column| {
            let optional = if column.is_nullable { "?" } else { "" };
            let ty = column.rust_type.as_ref().map_or("", |ty| ty.name.as_str());
            format!("{}: {ty}{optional}", column.name)
        });
        assert_eq!(
            written.collect::<Vec<_>>(),
            [
                "id: i32",
                "name: String?",
                "at: chrono::DateTime<chrono::Utc>",
                "local: chrono::NaiveDateTime?",
                "tags: Vec<String>?",
                "doc: serde_json::Value?",
                "key: uuid::Uuid",
                "day: chrono::NaiveDate?",
                "price: rust_decimal::Decimal",
                "big: u64",
                "small: i16",
                "scores: Vec<f64>",
                "raw: Vec<u8>?",
            ]
        );
    }
}
