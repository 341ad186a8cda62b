//! Transactions by their ids.

use super::query::texts;
use tokio_postgres::SimpleQueryMessage;

/// The id of the transaction.
pub(crate) fn id() -> &'static str {
    "SELECT pg_catalog.txid_current()"
}

/// What became of a transaction, by its id. It is NULL for one that the server has forgotten.
pub(crate) fn status(id: u64) -> String {
    format!("SELECT COALESCE(pg_catalog.txid_status({id}), 'forgotten')")
}

/// What [`status`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Committed,
    Aborted,
    InProgress,
    Forgotten,
}

pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Status> {
    match texts(messages).next()? {
        "committed" => Some(Status::Committed),
        "aborted" => Some(Status::Aborted),
        "in progress" => Some(Status::InProgress),
        "forgotten" => Some(Status::Forgotten),
        _ => None,
    }
}
