//! Arrays: PostgreSQL documentation, "Arrays", section "Array Input and Output Syntax".

use super::PgText;

impl<T: PgText> PgText for [T] {
    const ARRAY: bool = true;

    fn pg_text(&self) -> Option<String> {
        let elements = self.iter().map(element).collect::<Vec<_>>();
        // An array that is empty in one of its dimensions is empty.
        let empty = T::ARRAY && elements.iter().any(|element| element == "{}");
        Some(if empty { "{}".to_owned() } else { format!("{{{}}}", elements.join(",")) })
    }
}

fn element<T: PgText>(element: &T) -> String {
    match element.pg_text() {
        None => "NULL".to_owned(),
        Some(text) if T::ARRAY => text,
        Some(text) => quoted(&text),
    }
}

/// In double quotes, which the texts of arrays and ranges have in common.
pub(in crate::types) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

macro_rules! arrays {
    ($({$($parameters:tt)*} $rust:ty;)*) => {$(
        impl<$($parameters)*> PgText for $rust {
            const ARRAY: bool = true;

            fn pg_text(&self) -> Option<String> {
                self[..].pg_text()
            }
        }
    )*};
}

arrays! {
    {T: PgText} Vec<T>;
    {T: PgText, const N: usize} [T; N];
}
