//! How the changes of a table are made: where it is, by another that takes its place, or not.

use super::filling::{concerns_formula, is_virtual};
use super::in_place::steps;
use super::rebuild::Rebuild;
use super::step::Step;
use super::widen::{Widening, widening};
use crate::catalog::{IndexShape, LiveColumn, LiveTable, Surroundings};
use crate::compare::Change;
use crate::ident::QualifiedName;
use crate::made::Made;
use crate::statement::{LockMode, Statement};
use std::borrow::Cow;

/// The table that is changed, and what there is around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) name: &'a QualifiedName,
    pub(crate) live: &'a LiveTable,
    pub(crate) surroundings: &'a Surroundings,
    /// What ingests made of it.
    pub(crate) made: &'a Made,
    pub(crate) rebuilding: Rebuilding,
    /// `server_version_num`.
    pub(crate) version: u32,
}

/// Whether a new table may replace the live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rebuilding {
    Allowed,
    /// Only of one that an ingest made, and only for columns that an ingest made. Whether it is
    /// replaced in any case, without its rows.
    OfMade {
        is_replaced: bool,
    },
    /// By no means: nothing is dropped or rebuilt.
    Never,
}

/// How the changes are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    InPlace(Vec<Step>),
    Rebuild(Rebuild),
    /// Why they cannot be made.
    Refused(Vec<String>),
}

/// The version from which a column is added with a default without a rewrite.
const FAST_DEFAULT: u32 = 110_000;

/// The version from which a valid CHECK spares SET NOT NULL its scan.
const NOT_NULL_BY_CHECK: u32 = 120_000;

impl Subject<'_> {
    /// A change of the table for which ACCESS EXCLUSIVE is held.
    pub(super) fn alter(&self, sql: &str, purpose: impl Into<Cow<'static, str>>) -> Statement {
        let sql = format!("ALTER TABLE {} {sql}", self.name);
        Statement::new(sql, LockMode::AccessExclusive, purpose)
    }

    /// Decides how changes are made that there are.
    pub(crate) fn decide(&self, changes: &[Change]) -> Decision {
        let reasons = changes.iter().filter_map(|change| self.needs_rebuild(change));
        let mut reasons = reasons.collect::<Vec<_>>();
        match self.exhausted(changes) {
            None => {}
            Some(Ok(reason)) => reasons.push(reason),
            Some(Err(refused)) => return Decision::Refused(vec![refused]),
        }
        if !reasons.is_empty() {
            let forbidden = changes.iter().filter_map(|change| self.forbids_rebuild(change));
            let of_tree = changes.iter().flat_map(|change| self.forbids_in_tree(change));
            let forbidden = forbidden.chain(of_tree).collect::<Vec<_>>();
            return match forbidden.is_empty() {
                true => Decision::Rebuild(Rebuild::new(reasons, changes, self.live)),
                false => Decision::Refused(forbidden),
            };
        }
        let bound = changes.iter().filter_map(|change| self.bound(change));
        let refused = bound.chain(changes.iter().flat_map(|change| self.refusals(change)));
        let refused = refused.collect::<Vec<_>>();
        match refused.is_empty() {
            true => Decision::InPlace(steps(self, changes)),
            false => Decision::Refused(refused),
        }
    }

    /// Why a change that cannot be made in place is not to be made by another table, if it is not.
    fn forbids_rebuild(&self, change: &Change) -> Option<String> {
        let reason = self.needs_rebuild(change)?;
        match (self.rebuilding, change) {
            (Rebuilding::Never, Change::Reorder { .. }) => Some(format!(
                "{reason}: with `Migration::AdditiveOnly` no table is rebuilt; \
                 `Migration::Evolve` rebuilds it, and `ColumnOrder::Any` lets the order be"
            )),
            (Rebuilding::Never, _) => Some(format!(
                "{reason}, which needs a rebuild: with `Migration::AdditiveOnly` no table is \
                 rebuilt; `Migration::Evolve` rebuilds it"
            )),
            (Rebuilding::OfMade { .. }, Change::AlterType { live, .. })
                if !self.made.has_column(&live.name) =>
            {
                Some(format!(
                    "{reason}, and no ingest made the column, so that it is only widened where \
                     that needs no rewrite: change its type, or let the struct have the type that \
                     it has"
                ))
            }
            (Rebuilding::OfMade { is_replaced: false }, _) if !self.made.table => Some(format!(
                "{reason}, which needs a rebuild, and no ingest made the table: change it, or let \
                 the struct fit"
            )),
            (Rebuilding::Allowed | Rebuilding::OfMade { .. }, _) => None,
        }
    }

    /// Why a change cannot be made in place, if it cannot.
    fn needs_rebuild(&self, change: &Change) -> Option<String> {
        let reason = |why: &str| Some(format!("{change}{why}"));
        match change {
            Change::AlterDefault { .. } if concerns_formula(change) => {
                reason(", which is computed for each row")
            }
            Change::AddColumn { column } if is_virtual(column) && !column.not_null => None,
            Change::AddColumn { column } if column.default.is_some() => {
                match self.version >= FAST_DEFAULT {
                    true if column.fast_default => None,
                    true => reason(", with a default that is another for each row"),
                    false => reason(", with a default, which PostgreSQL 10 writes to each row"),
                }
            }
            // PostgreSQL asks the domain whether it allows NULL, row by row.
            Change::AddColumn { column } if column.is_domain() => reason(", of a domain"),
            Change::AlterType { live, defined } if !self.widens_in_place(live, defined) => {
                reason("")
            }
            Change::SetNotNull { .. } if self.version < NOT_NULL_BY_CHECK => reason(""),
            Change::AlterCollation { .. } | Change::Reorder { .. } => reason(""),
            _ => None,
        }
    }

    /// Whether a type is changed without touching rows or indexes, and without PostgreSQL refusing
    /// it for what uses the column.
    fn widens_in_place(&self, live: &LiveColumn, defined: &LiveColumn) -> bool {
        let (from, to) = (&live.sql_type, &defined.sql_type);
        match widening(from, to, self.version) {
            None => return false,
            // What others read in it would be another type of time.
            Some(Widening::InUtc) if !self.may_retype(&live.name) => return false,
            Some(_) => {}
        }
        let base = |sql_type: &str| sql_type.split('(').next().unwrap_or_default().to_owned();
        // varchar and text share their operators, so an index over the one is one over the other.
        let alike = base(from) == base(to)
            || ["character varying", "text"].iter().any(|text| base(from) == *text);
        let timestamps = from.starts_with("timestamp") && to.starts_with("timestamp");
        let alike = alike && !(timestamps && from.contains("without") != to.contains("without"));
        let mut indexes = self.live.shape.indexes.iter();
        let keeps_indexes =
            indexes.all(|index| !index.columns.contains(&live.name) || alike && index.plain);
        keeps_indexes && self.surroundings.of_column(&live.name).next().is_none()
    }

    /// Whether a column may get a type of which the values mean something else.
    fn may_retype(&self, column: &str) -> bool {
        !matches!(self.rebuilding, Rebuilding::OfMade { .. }) || self.made.has_column(column)
    }

    /// Why PostgreSQL would refuse a change in place, or lose something by it.
    fn refusals(&self, change: &Change) -> Vec<String> {
        let depend = |what: String, on: &str| format!("{change}, but {what} depends on {on}");
        let index = |name: &String| {
            let dependents = self.surroundings.of_index(name);
            dependents.map(|other| depend(other.description.clone(), "it")).collect::<Vec<_>>()
        };
        let partitioned = |index: &IndexShape| match self.live.kind {
            'p' => self.refuses_index(change, index),
            _ => Vec::new(),
        };
        match change {
            Change::AlterType { live, .. } => {
                let dependents = self.surroundings.of_column(&live.name);
                dependents.map(|other| depend(other.description.clone(), "it")).collect()
            }
            Change::DropColumn { column } => {
                let dependents = self.surroundings.of_column(&column.name);
                let dependents = dependents.filter(|dependent| !dependent.own);
                dependents.map(|other| depend(other.description.clone(), "it")).collect()
            }
            Change::PrimaryKey { live, defined } => {
                let mut refused =
                    live.iter().flat_map(|live| index(&live.name)).collect::<Vec<_>>();
                refused.extend(defined.iter().flat_map(partitioned));
                refused
            }
            Change::AdoptIndex { .. } if self.live.kind == 'p' => vec![format!(
                "{change}, and PostgreSQL makes no index of a partitioned table a constraint: drop it, or \
                 add the constraint by hand"
            )],
            Change::AdoptIndex { replaces, .. } => {
                replaces.iter().flat_map(|replaced| index(&replaced.name)).collect()
            }
            Change::AddIndex { index } => partitioned(index),
            Change::DropIndex { index: dropped } => index(&dropped.name),
            _ => Vec::new(),
        }
    }
}
