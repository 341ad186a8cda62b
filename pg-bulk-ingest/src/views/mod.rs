//! What hangs on a table, carried over to the one that takes its place.

mod check;
mod make;
mod order;
mod rehearsal;
mod relocate;
mod settings;
mod view;

pub(crate) use check::{Refused, check, check_sessions};
pub(crate) use rehearsal::rehearse;
pub(crate) use view::{Replaced, Role, carry};

use crate::lock::Lockable;
use crate::statement::Statement;

/// The statements that carry something over.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// On the new table, before ACCESS EXCLUSIVE is asked for.
    pub(crate) before: Vec<Statement>,
    /// What is locked in ACCESS EXCLUSIVE mode together with the live table.
    pub(crate) locks: Vec<Lockable>,
    /// Under the lock, before the live table is dropped.
    pub(crate) drop: Vec<Statement>,
    /// Under the lock, once the new table has the live name.
    pub(crate) after: Vec<Statement>,
}
