//! Versions: the table that one is filled as, and its publication.

mod prepare;
mod publish;

pub(crate) use prepare::{Asked, Prepared, prepare};
pub(super) use publish::{publish, publish_alone};

use super::refusal::unreadable;
use super::target::Target;
use crate::catalog::{self, FoundVersions, versions};
use crate::error::Error;
use crate::version::{CONSTRAINT, Draft};
use tokio_postgres::SimpleQueryMessage;

/// Asks for the versions of the table, in a message or a transaction of its own.
fn sql(draft: &Draft) -> String {
    let (name, view) = (draft.name(), draft.view());
    versions::sql(draft.oid, (name.name(), CONSTRAINT), view.name())
}

fn read(messages: &[SimpleQueryMessage], action: &'static str) -> Result<FoundVersions, Error> {
    versions::read(messages).ok_or_else(|| unreadable(action))
}

/// The columns that the view of the newest version shows, each with its type: those of the struct that the table
/// has.
fn shown(target: &Target, found: &FoundVersions) -> Vec<(String, String)> {
    let columns = target.definition.columns().iter();
    let found = |name: &str| found.columns.iter().find(|(found, _)| found == name).cloned();
    columns.filter_map(|column| found(column.name())).collect()
}

/// The query as one within a transaction.
fn within(query: &str) -> String {
    catalog::isolated(query)
}
