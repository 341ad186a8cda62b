//! What a server process waits for, seen from another connection.

use super::query::alone;
use crate::ident::QualifiedName;
use crate::wait::Wait;
use std::time::Duration;
use tokio_postgres::SimpleQueryMessage;

/// A message of its own, outside a transaction.
pub(crate) fn sql(process: i32) -> String {
    alone(&include_str!("blocked.sql").replace(":process", &process.to_string()))
}

/// Reads what is waited for; `None`: nothing.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Wait> {
    let mut wait = None;
    for message in messages {
        let SimpleQueryMessage::Row(row) = message else { continue };
        let wait = wait.get_or_insert_with(|| Wait {
            table: row
                .get(0)
                .zip(row.get(1))
                .map(|(schema, name)| QualifiedName::new(schema, name)),
            ..Wait::new(row.get(2).unwrap_or("a lock"), Duration::ZERO)
        });
        wait.holders.extend(row.get(3).map(str::to_owned));
    }
    wait
}
