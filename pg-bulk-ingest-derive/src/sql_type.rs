//! What can be said of `sql_type = "…"` without a server.

use crate::errors::Errors;
use crate::sql;
use syn::LitStr;

/// The names that stand for a type and a default, and that type.
const SERIAL: &[(&str, &str)] = &[
    ("smallserial", "smallint"),
    ("serial2", "smallint"),
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
];

/// Whether the text is the name of a type.
pub(crate) fn check(literal: &LitStr, errors: &mut Errors) {
    let sql_type = literal.value();
    let name = sql::type_name(&sql_type);
    let brackets = if sql_type.contains('[') { "[]" } else { "" };
    if let Some((_, stored)) = SERIAL.iter().find(|(serial, _)| *serial == name) {
        errors.on(
            literal,
            format_args!(
                "`{name}` is not a type: it is `{stored}` with a default from a sequence. Each row \
                 has a value for each of its columns, so write `sql_type = \"{stored}{brackets}\"`. A \
                 column that the database is to fill is not in the struct, and left alone with \
                 `Migration::AdditiveOnly`"
            ),
        );
    }
}
