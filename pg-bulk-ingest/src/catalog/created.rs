//! What a hook is told of a table that was created.

use super::query::texts;
use crate::ident::{Literal, QualifiedName};
use tokio_postgres::SimpleQueryMessage;

/// The id of the transaction; the name of the table, quoted where SQL needs that.
pub(crate) fn sql(name: &QualifiedName) -> String {
    format!(
        "SELECT pg_catalog.txid_current();\nSELECT pg_catalog.format('%I.%I', {}, {})",
        Literal(name.schema()),
        Literal(name.name())
    )
}

/// Reads what [`sql`] answers.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<(u64, String)> {
    let mut texts = texts(messages);
    Some((texts.next()?.parse().ok()?, texts.next()?.to_owned()))
}
