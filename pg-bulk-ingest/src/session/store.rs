//! Where the high watermark of a session is stored: in the comment on the first table, or in the row of
//! its source in a table of high watermarks. It moves from one to the other with the first batch that
//! stores one.

use super::core::{Core, Pending};
use super::open::concurrent;
use super::refusal::unreadable;
use super::target::Target;
use crate::catalog::comment;
use crate::error::{Error, ErrorKind};
use crate::execute;
use crate::ident::QualifiedName;
use crate::lock::Lockable;
use crate::statement::Statement;
use crate::watermark::row::{self, Slot};
use crate::watermark::{self, Unreadable};
use std::time::{Duration, Instant};
use tokio_postgres::error::SqlState;
use tokio_postgres::{SimpleQueryMessage, Transaction};

mod create;
mod find;

pub(super) use find::{Ingested, exists};

pub(super) const STORE: &str = "cannot store the high watermark";
const READ: &str = "cannot read the high watermark";

/// How long after a batch of its own a session takes its row to be as it left it, and does not read it before
/// the rows of the next batch are loaded. What somebody else wrote meanwhile is noticed at the end of the
/// batch.
const UNREAD: Duration = Duration::from_secs(1);

/// Where the high watermark is stored, and what it was when it was seen last.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// As JSON.
    watermark: Option<String>,
    place: Place,
    /// Where high watermarks are now, if that is another table than the one in which they are going to be:
    /// its row, with how often that was written if it is there.
    moves_from: Option<(Slot, Option<i64>)>,
    /// When the session committed a batch that stored it.
    written: Option<Instant>,
}

/// What tells whether somebody else has stored a high watermark: it, and how often its row was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    watermark: Option<String>,
    written: Option<i64>,
}

/// Where it is going to be stored.
#[derive(Debug, Default)]
enum Place {
    #[default]
    Comment,
    Row {
        slot: Slot,
        /// How often the row was written; `None`: it is not there.
        seen: Option<i64>,
        /// What creates the table.
        creation: Vec<Statement>,
        /// Whether the comment on the ingested table names the one of high watermarks.
        is_named: bool,
        /// The high watermark in the comment, if it holds one too: that of the source without a name.
        in_comment: Option<String>,
    },
}

/// What stores the high watermark, for the table that it is of.
pub(super) struct Storing {
    pub(super) statements: Vec<Statement>,
    pub(super) table: QualifiedName,
}

impl Store {
    /// The high watermark that was seen last, as JSON.
    pub(super) fn watermark(&self) -> Option<&str> {
        self.watermark.as_deref()
    }

    /// What it was when it was seen last.
    pub(super) fn position(&self) -> Position {
        let written = match &self.place {
            Place::Comment => None,
            Place::Row { seen, .. } => *seen,
        };
        Position { watermark: self.watermark.clone(), written }
    }

    /// What it is once this is stored, a high watermark as JSON, or that there is none.
    pub(super) fn position_after(&self, json: Option<String>) -> Position {
        let written = match &self.place {
            Place::Comment => None,
            Place::Row { seen, .. } => Some(seen.map_or(1, |seen| seen + 1)),
        };
        Position { watermark: json, written }
    }

    /// The source, where each has a high watermark of its own.
    pub(super) fn source(&self) -> Option<&str> {
        match &self.place {
            Place::Comment => None,
            Place::Row { slot, .. } => Some(&slot.source),
        }
    }

    /// Whether a row of the source was there.
    pub(super) fn has_row(&self) -> bool {
        matches!(self.place, Place::Row { seen: Some(_), .. })
    }

    /// Reads it again in the transaction of a batch, if it is in a row that somebody else may have written.
    pub(super) fn select(&self) -> Option<String> {
        match &self.place {
            Place::Row { .. } if self.written.is_some_and(|at| at.elapsed() < UNREAD) => None,
            Place::Row { slot, .. } => Some(slot.select()),
            Place::Comment => None,
        }
    }

    /// Removes the row of the source, if it is there.
    pub(super) fn retire(&self) -> Option<Statement> {
        match &self.place {
            Place::Row { slot, seen: Some(seen), .. } => Some(slot.retire(*seen)),
            _ => None,
        }
    }

    /// Checks at the end of a batch that stores none what was not read at its beginning.
    fn check_unread(&self) -> Option<Statement> {
        match &self.place {
            Place::Row { slot, seen: Some(seen), .. } if self.written.is_some() => {
                Some(slot.check(*seen))
            }
            _ => None,
        }
    }

    /// The high watermark has to be the one that was seen last. With `None` for the messages its row was
    /// not read.
    pub(super) fn check(
        &self,
        messages: Option<&[SimpleQueryMessage]>,
        comment: Option<&str>,
    ) -> Result<(), Error> {
        match &self.place {
            Place::Comment => self.check_comment(comment),
            Place::Row { seen, .. } => {
                let Some(messages) = messages else { return Ok(()) };
                let row = row::read(messages).ok_or_else(|| unreadable(READ))?.pop();
                if row.as_ref().map(|row| row.batch) == *seen {
                    return Ok(());
                }
                Err(changed(self.watermark(), row.and_then(|row| row.high_watermark).as_deref()))
            }
        }
    }

    /// The comment has to hold the high watermark that was seen last, if it was found there.
    pub(super) fn check_comment(&self, comment: Option<&str>) -> Result<(), Error> {
        let expected = match &self.place {
            Place::Comment if self.moves_from.is_some() => None,
            Place::Comment => self.watermark(),
            Place::Row { slot, in_comment, .. } if slot.source.is_empty() => in_comment.as_deref(),
            Place::Row { .. } => return Ok(()),
        };
        let stored = watermark::stored(comment).map_err(|error| error.error(comment, READ))?;
        if stored == expected { Ok(()) } else { Err(changed(expected, stored)) }
    }

    /// Whether what stores the high watermark depends on the comment on the table.
    pub(super) fn concerns_comment(&self, target: &Target, deleted: bool) -> bool {
        match &self.place {
            Place::Comment => true,
            Place::Row { is_named, in_comment, .. } => {
                let is_moved = in_comment.is_some() && self.clears_comment(deleted);
                let owns = target.current.as_ref().is_some_and(|current| current.live.is_owner);
                owns && (!is_named || is_moved)
            }
        }
    }

    /// Whether the high watermark in the comment, that of the source without a name, is none any more.
    fn clears_comment(&self, deleted: bool) -> bool {
        deleted || self.source() == Some("")
    }

    /// Whether the high watermark is stored in the comment.
    pub(super) fn is_comment(&self) -> bool {
        matches!(self.place, Place::Comment)
    }

    /// What stores the high watermark after these rows; `deleted`: the rows of all sources were, before
    /// them, or the table is new. The comment is that on the table, if that is concerned.
    fn storing(
        &self,
        (name, comment): (&QualifiedName, Option<Option<&str>>),
        pending: &Pending,
        rows: u64,
        deleted: bool,
    ) -> Result<Vec<Statement>, Unreadable> {
        let mut statements = Vec::new();
        let mut written = None;
        match &self.place {
            Place::Comment => {
                let comment = comment.flatten();
                let stored = watermark::with_stored(comment, pending.watermark())?;
                written = Some(watermark::with_elsewhere(stored.as_deref(), None)?);
            }
            Place::Row { slot, seen, .. } => {
                statements.push(slot.write(*seen, pending.watermark(), rows));
                if let (Some((from, _)), Some(_), false) = (&self.moves_from, comment, deleted) {
                    statements.extend(slot.take_others(from));
                }
                if deleted {
                    statements.push(slot.clear_others("the table has no rows of theirs"));
                }
                if let Some(comment) = comment {
                    let named = watermark::with_elsewhere(comment, Some(&slot.table))?;
                    written = Some(match self.clears_comment(deleted) {
                        true => watermark::with_stored(named.as_deref(), None)?,
                        false => named,
                    });
                }
            }
        }
        if let Some((slot, Some(seen))) = &self.moves_from {
            statements.push(slot.retire(*seen));
        }
        if let Some(new) = written.filter(|new| new.as_deref() != comment.flatten()) {
            statements.push(watermark::store(name, new.as_deref()));
        }
        Ok(statements)
    }

    /// What became of the high watermark was committed.
    pub(super) fn keep(&mut self, pending: Option<&Pending>) {
        let Some(pending) = pending else { return };
        self.watermark = pending.watermark().map(str::to_owned);
        self.moves_from = None;
        self.written = Some(Instant::now());
        if let Place::Row { slot, seen, is_named, in_comment, .. } = &mut self.place {
            *seen = Some(seen.map_or(1, |seen| seen + 1));
            *is_named = true;
            in_comment.take_if(|_| slot.source.is_empty());
        }
    }
}

/// Reads the comment on the first table. From here on nobody else changes it.
pub(super) async fn read_comment(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
) -> Result<Option<String>, Error> {
    let first = targets.first().and_then(|first| Some((first, first.current.as_ref()?)));
    let Some((first, current)) = first else { return Ok(None) };
    let lockable = Lockable::table(current.name.clone(), current.live.oid);
    let read = comment::sql(current.live.oid);
    let failed = |error: Error| error.in_table(&first.name);
    let messages =
        execute::lock_for_comment(transaction, &lockable, &read, core.waiting(), STORE).await;
    Ok(comment::read(&messages.map_err(failed)?))
}

/// What was read with the merge in one message; `None` if that was refused because the merge failed, and
/// was then done in another way.
pub(super) fn read_ahead(
    read: Option<Result<Option<String>, Error>>,
) -> Result<Option<Option<String>>, Error> {
    let refused = Some(&SqlState::IN_FAILED_SQL_TRANSACTION);
    read.filter(|read| !read.as_ref().is_err_and(|error| error.code() == refused)).transpose()
}

/// Whether the high watermark can be stored: the role has to own the first table if that is in the comment
/// on it.
pub(super) fn check_may_store(core: &Core, targets: &[Target]) -> Result<(), Error> {
    if core.store.is_comment() {
        core.check_readable(STORE)?;
    }
    let first = targets.first().and_then(|first| Some((first, first.current.as_ref()?)));
    let Some((first, current)) = first.filter(|_| core.store.is_comment()) else { return Ok(()) };
    if core.stores_elsewhere {
        let reason =
            "Citus has the table on several nodes, and this one is not the coordinator: the \
                      others would not see the high watermark"
                .to_owned();
        return Err(Error::new(ErrorKind::Unsupported { reason }, STORE).in_table(&first.name));
    }
    if current.live.is_owner {
        return Ok(());
    }
    let owner = &current.live.owner;
    let missing = format!("the ownership of the table, which {owner:?} has, to comment on it");
    let kind = ErrorKind::InsufficientPrivilege { role: core.server.role.clone(), missing };
    Err(Error::new(kind, STORE).in_table(&first.name))
}

/// What stores the high watermark, at the end of the transaction. The comment is read now, unless it was
/// before.
pub(super) async fn storing(
    transaction: &Transaction<'_>,
    core: &Core,
    targets: &[Target],
    pending: &Pending,
    read: Option<Option<String>>,
    (rows, deleted): (u64, bool),
) -> Result<Option<Storing>, Error> {
    let first = targets.first().and_then(|first| Some((first, first.current.as_ref()?)));
    let Some((first, current)) = first else { return Ok(None) };
    let comment = match read {
        _ if !core.store.concerns_comment(first, deleted) => None,
        Some(read) => Some(read),
        None => Some(read_comment(transaction, core, targets).await?),
    };
    let comment = comment.as_ref().map(Option::as_deref);
    if let Some(comment) = comment
        && (core.unreadable.is_none() || core.unreadable.as_deref() != comment)
    {
        core.store.check_comment(comment).map_err(|error| error.in_table(&first.name))?;
    }
    let statements = core.store.storing((&current.name, comment), pending, rows, deleted);
    let statements =
        statements.map_err(|error| error.error(comment.flatten(), STORE).in_table(&first.name))?;
    let table = first.name.clone();
    Ok((!statements.is_empty()).then_some(Storing { statements, table }))
}

/// What checks at the end of a batch that stores no high watermark that nobody else did, unless that is known.
pub(super) fn checking(core: &Core, targets: &[Target]) -> Option<Storing> {
    let statements = vec![core.store.check_unread()?];
    Some(Storing { statements, table: targets.first()?.name.clone() })
}

/// The error of a statement that stores the high watermark.
pub(super) fn failed(error: Error, storing: &Storing) -> Error {
    let error = match error.code() {
        Some(&SqlState::DIVISION_BY_ZERO) => {
            concurrent("it stored a high watermark of the same source").caused_by(error)
        }
        _ => error,
    };
    error.in_table(&storing.table)
}

fn changed(from: Option<&str>, to: Option<&str>) -> Error {
    let show = |watermark: Option<&str>| watermark.unwrap_or("none").to_owned();
    concurrent(format!("it changed the high watermark from {} to {}", show(from), show(to)))
}

#[cfg(test)]
mod tests {
    use super::{Pending, Place, Store, UNREAD};
    use std::time::Instant;

    #[test]
    fn the_row_is_not_read_again_right_after_a_batch_that_wrote_it() {
        let place = Place::Row {
            slot: crate::watermark::row::Slot {
                table: crate::ident::QualifiedName::new("ops", "state"),
                ingested: crate::ident::QualifiedName::new("public", "t"),
                source: String::new(),
            },
            seen: None,
            creation: Vec::new(),
            is_named: false,
            in_comment: None,
        };
        let mut store = Store { place, ..Store::default() };
        assert!(store.select().is_some() && store.check_unread().is_none());
        store.keep(None);
        assert!(store.select().is_some() && store.check_unread().is_none());
        store.keep(Some(&Pending::Set("7".to_owned())));
        let mut is_read = |at| {
            store.written = at;
            assert!(store.check_unread().is_some());
            store.select().is_some()
        };
        let now = Instant::now();
        assert!(!is_read(now.checked_add(UNREAD)));
        assert!(now.checked_sub(UNREAD).is_none_or(|then| is_read(Some(then))));
    }
}
