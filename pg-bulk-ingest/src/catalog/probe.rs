//! Whether a connection is in a transaction that somebody else began.
//!
//! Two messages tell, which can be sent at once: a setting that holds to the end of the transaction
//! is gone by the second message unless both are in one. The driver does not show what the server
//! says of it, and the server's clocks do not tell in every protocol. Nothing is changed that such a
//! transaction would notice.

use std::time::Duration;
use tokio_postgres::SimpleQueryMessage;

/// Whether the connection is in a transaction, in the second message.
pub(super) const IN_TRANSACTION: &str = "coalesce(\
     current_setting('pg_bulk_ingest.transaction', true) = 'in progress', false)";

/// The first message. It works on every version, so that one that is too old can be named.
pub(crate) fn sql() -> &'static str {
    "SELECT pg_catalog.current_setting('server_version_num'), \
     pg_catalog.set_config('pg_bulk_ingest.transaction', 'in progress', true), \
     pg_catalog.set_config('pg_bulk_ingest.search_path', \
     pg_catalog.current_setting('search_path'), true)"
}

/// What [`sql`] answers: the server's version, 150004 of 15.4.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<u32> {
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    })
}

/// These rows, or none in a transaction: nothing is looked at that could fail there, which would
/// abort it.
pub(super) fn outside(rows: &str) -> String {
    format!("SELECT * FROM {rows} AS rows WHERE NOT {IN_TRANSACTION}")
}

/// Bounds how long what follows waits for a lock, unless the session's own bound is shorter. Returns no
/// row.
pub(super) fn waiting_for(attempt: Duration) -> String {
    let attempt = attempt.as_millis().max(1);
    format!(
        "SELECT 1 WHERE CASE WHEN {IN_TRANSACTION} \
         OR current_setting('lock_timeout')::interval BETWEEN '1 ms' AND '{attempt} ms' \
         THEN false ELSE set_config('lock_timeout', '{attempt}', true) IS NULL END"
    )
}

/// The second message, which leaves the search path of the transaction as it was. It answers no
/// further row.
pub(super) fn restoring(sql: &str) -> String {
    format!(
        "{sql};\nSELECT 1 WHERE CASE WHEN {IN_TRANSACTION} THEN set_config('search_path', \
         current_setting('pg_bulk_ingest.search_path'), true) IS NULL ELSE false END"
    )
}
