//! What an ingest waits for that others hold.

use crate::error::First;
use crate::ident::QualifiedName;
use serde::{Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// What an ingest waits for, and who is in the way.
///
/// Given by [`Progress::wait`](crate::Progress::wait) in [`Phase::Wait`](crate::Phase::Wait), and by
/// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Wait {
    /// What is waited for, in words: a lock's mode (`ROW EXCLUSIVE`), the advisory lock that keeps
    /// ingests of one table apart, a row or a key that another transaction has changed, the end of an
    /// older transaction, a further connection, any answer of the server (which a connection pooler
    /// may owe).
    pub awaited: String,
    /// The table that is to be locked, or whose row is, if it is known.
    pub table: Option<QualifiedName>,
    /// The sessions and prepared transactions that were in the way at the last look, in words: process,
    /// role, `application_name`, state, since when, and the lock. What other roles' sessions do and
    /// since when can be seen only by a superuser or a member of `pg_read_all_stats`.
    pub holders: Vec<String>,
    /// For how long it has been waited for.
    ///
    /// Serializes as `waited_seconds`.
    #[serde(rename = "waited_seconds", serialize_with = "seconds")]
    pub waited: Duration,
}

/// A duration as a number of seconds.
pub(crate) fn seconds<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(time.as_secs_f64())
}

impl Wait {
    pub(crate) fn new(awaited: impl Into<String>, waited: Duration) -> Self {
        Self { awaited: awaited.into(), table: None, holders: Vec::new(), waited }
    }

    /// What is waited for, and on which table.
    pub(crate) fn lock(&self) -> String {
        let Self { awaited, table, .. } = self;
        table.as_ref().map_or_else(|| awaited.clone(), |table| format!("{awaited} on {table}"))
    }
}

/// What is waited for, for how long, and who is in the way.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "waiting for {} for {:.1} s", self.lock(), self.waited.as_secs_f64())?;
        match self.holders.as_slice() {
            [] => Ok(()),
            holders => write!(f, "; in the way: {}", First(holders, ", ")),
        }
    }
}
