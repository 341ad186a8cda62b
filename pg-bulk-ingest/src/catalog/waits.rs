//! Who is in the way of locks.

use super::query::{alone, isolated};
use crate::ident::{Literal, QualifiedName, list};
use tokio_postgres::SimpleQueryMessage;

/// A session or prepared transaction that is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InTheWay {
    /// The table; `None`: it holds an advisory lock.
    pub(crate) table: Option<QualifiedName>,
    pub(crate) description: String,
}

/// Who holds locks of these modes, as `pg_locks` spells them, on tables, or waits for them; and who
/// holds advisory locks of these keys.
pub(crate) fn sql(oids: &[u32], children: bool, modes: &[&str], keys: &[i64]) -> String {
    isolated(&filled(&list(oids), children, modes, keys))
}

/// Who holds the advisory lock of a key, to be asked with other queries: the first column of each row
/// is NULL.
pub(super) fn of_key(key: i64) -> String {
    filled("", false, &[], &[key])
}

/// Who keeps tables of these names from being looked at, in a message of its own, and before that the
/// session's `lock_timeout`.
pub(crate) fn of_names(names: &[QualifiedName]) -> String {
    let oids = names.iter().map(|name| format!("to_regclass({})", Literal(&name.to_string())));
    let found = filled(&list(oids), true, &["AccessExclusiveLock"], &[]);
    alone(&format!("SELECT current_setting('lock_timeout');\n{found}"))
}

fn filled(oids: &str, children: bool, modes: &[&str], keys: &[i64]) -> String {
    include_str!("waits.sql")
        .replace(":oids", oids)
        .replace(":children", if children { "true" } else { "false" })
        .replace(":modes", &list(modes.iter().map(|mode| Literal(mode))))
        .replace(":keys", &list(keys))
}

/// The session's `lock_timeout`, of [`of_names`].
pub(crate) fn lock_timeout(messages: &[SimpleQueryMessage]) -> Option<&str> {
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) if row.len() == 1 => row.get(0),
        _ => None,
    })
}

pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Vec<InTheWay> {
    let row = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) if row.len() == 3 => Some(InTheWay {
            table: row.get(0).zip(row.get(1)).map(|(a, b)| QualifiedName::new(a, b)),
            description: row.get(2)?.to_owned(),
        }),
        _ => None,
    };
    messages.iter().filter_map(row).collect()
}
