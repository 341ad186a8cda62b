//! The model: what the table is, and what an ingest makes of it.

use super::step::{BatchOf, DELETED_AT, Definition, IngestOf};
use pg_bulk_ingest::{Delete, Upsert, Visibility};
use std::collections::BTreeSet;

/// The table as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) shape: Shape,
    /// In order.
    pub(super) rows: Vec<(i32, String)>,
    pub(super) high_watermark: Option<i64>,
    pub(super) is_granted: bool,
}

pub(super) type World = Option<Table>;

/// The id and the value of a row, or none for a delete.
type Row = (i32, Option<&'static str>);

/// What the definitions differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) is_keyed: bool,
    pub(super) is_indexed: bool,
    pub(super) is_partitioned: bool,
    /// Whether ids are unique, but not the primary key.
    pub(super) is_aimed: bool,
}

impl Definition {
    fn shape(self) -> Shape {
        Shape {
            is_keyed: self != Self::Unkeyed,
            is_indexed: self == Self::Indexed,
            is_partitioned: self == Self::Partitioned,
            is_aimed: self == Self::Aimed,
        }
    }
}

impl Table {
    pub(super) fn new(shape: Shape) -> Self {
        Self { shape, rows: Vec::new(), high_watermark: None, is_granted: false }
    }

    pub(super) fn has(&self, id: i32) -> bool {
        self.rows.iter().any(|row| row.0 == id)
    }

    pub(super) fn add(&mut self, id: i32, value: &str) {
        self.rows.push((id, value.to_owned()));
        self.rows.sort();
    }

    fn take(&mut self, id: i32) -> Option<String> {
        let at = self.rows.iter().position(|row| row.0 == id)?;
        Some(self.rows.remove(at).1)
    }

    /// The table with a batch in it; `None` if the batch is an error. Rows that the server refuses may be set
    /// aside.
    fn with(&self, batch: &BatchOf, ingest: &IngestOf, sets_aside: bool) -> Option<Self> {
        let joins = ingest.definition == Definition::Joined;
        let has_versions = ingest.definition == Definition::Newest && ingest.upsert != Upsert::Off;
        // Where rows that are there are kept, deletes alone have to be as new.
        let by_age = has_versions && ingest.upsert == Upsert::IfPrimaryKey;
        let mut table = self.clone();
        let rows = if has_versions { settled(&batch.rows, !by_age) } else { batch.rows.clone() };
        for (id, value) in rows {
            let is_older =
                |than: &str| self.rows.iter().any(|(of, there)| *of == id && &**there > than);
            let Some(value) = value else {
                if ingest.upsert == Upsert::Off {
                    return None;
                }
                if !has_versions || !is_older(DELETED_AT) {
                    table.take(id);
                }
                continue;
            };
            let is_too_long = is_too_long(value);
            // COPY refuses it.
            if is_too_long && joins && ingest.upsert == Upsert::IfPrimaryKey {
                return None;
            }
            let is_refused =
                is_too_long || self.shape.is_keyed && ingest.upsert == Upsert::Off && table.has(id);
            match is_refused {
                true if sets_aside => continue,
                true => return None,
                false => {}
            }
            let mut value = value.to_owned();
            if self.shape.is_keyed && table.has(id) {
                match ingest.upsert {
                    Upsert::KeepExisting => continue,
                    _ if by_age && is_older(&value) => continue,
                    _ => {
                        let old = table.take(id).filter(|_| joins).unwrap_or_default();
                        let joined = format!("{old}{value}").chars().collect::<Vec<_>>();
                        value = joined[joined.len().saturating_sub(8)..].iter().collect();
                    }
                }
            }
            table.add(id, &value);
        }
        table.high_watermark = batch.high_watermark.or(table.high_watermark);
        Some(table)
    }
}

/// What is left of changes that have versions: of each key the rows that no delete undoes, of which the newest, or
/// the first, counts. Rows that are too long are refused before.
fn settled(rows: &[Row], first_counts: bool) -> Vec<Row> {
    let (mut left, rows) =
        rows.iter().copied().partition::<Vec<_>, _>(|row| row.1.is_some_and(is_too_long));
    for id in rows.iter().map(|row| row.0).collect::<BTreeSet<_>>() {
        let changes = rows.iter().filter(|row| row.0 == id).map(|row| row.1).collect::<Vec<_>>();
        let deleted = changes.iter().rposition(Option::is_none);
        let is_left = |at: usize, value: &str| {
            deleted.is_none_or(|deleted| value > DELETED_AT || value == DELETED_AT && at > deleted)
        };
        let puts = changes.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?)));
        let mut puts = puts.filter(|(at, value)| is_left(*at, value)).map(|(_, value)| value);
        let put = if first_counts { puts.next() } else { puts.max() };
        if deleted.is_some() && (first_counts || put.is_none()) {
            left.push((id, None));
        }
        left.extend(put.map(|value| (id, Some(value))));
    }
    left
}

fn is_too_long(value: &str) -> bool {
    value.chars().count() > 8
}

/// What an ingest is to do.
#[derive(Debug)]
pub(super) struct Foretold {
    /// What there may be if it is interrupted, in order; the last is what there is at its end.
    pub(super) worlds: Vec<World>,
    /// Whether it succeeds.
    pub(super) succeeds: bool,
}

/// Foretells an ingest.
pub(super) fn foretell(before: &World, ingest: &IngestOf) -> Foretold {
    let mut shape = ingest.definition.shape();
    let mut worlds = vec![before.clone()];
    let has_batches = !ingest.batches.is_empty();
    let deletes = match ingest.delete {
        Delete::BeforeFirstBatch => has_batches,
        delete => delete == Delete::All,
    };
    let is_whole = ingest.delete == Delete::Missing;
    let refuses = !shape.is_keyed || ingest.upsert == Upsert::Off || ingest.sets_aside;
    if is_whole && refuses {
        return Foretold { worlds, succeeds: false };
    }
    if let Some(table) = before {
        // What is partitioned stays so, and what is not does not become so.
        if shape.is_partitioned && !table.shape.is_partitioned {
            return Foretold { worlds, succeeds: false };
        }
        shape.is_partitioned = table.shape.is_partitioned;
        // Its primary key would have to have the column that it is partitioned by.
        if shape.is_partitioned && shape.is_aimed {
            return Foretold { worlds, succeeds: false };
        }
    }
    let mut table = before.clone().unwrap_or_else(|| Table::new(shape));
    if shape != table.shape && !deletes {
        let keys = table.rows.iter().map(|row| row.0).collect::<BTreeSet<_>>();
        if shape.is_keyed && keys.len() < table.rows.len() {
            return Foretold { worlds, succeeds: false };
        }
    }
    // By a column that the server fills the table is rebuilt, in the first batch.
    let is_rebuilt = shape.is_aimed && !table.shape.is_aimed;
    let migrates = shape != table.shape && !is_rebuilt;
    table.shape = shape;
    // Rows that stay are migrated before the first batch, and those that do not are replaced in it.
    if migrates && matches!(ingest.delete, Delete::Off | Delete::Missing) {
        worlds.push(Some(table.clone()));
    }
    // An inserter makes the table before there are rows.
    if ingest.is_written && (before.is_none() || is_rebuilt) {
        worlds.push(Some(table.clone()));
    }
    if !has_batches {
        if ingest.delete == Delete::All {
            table.rows.clear();
            table.high_watermark = None;
        }
        worlds.push(Some(table));
        return Foretold { worlds, succeeds: true };
    }
    if deletes {
        table.rows.clear();
        table.high_watermark = None;
    }
    // What the server refuses of the first batch of a new table, where that is filled by COPY alone, is an error.
    let is_copied = !shape.is_partitioned
        && matches!(ingest.definition, Definition::Keyed | Definition::Indexed)
        && ingest.upsert == Upsert::IfPrimaryKey;
    let mut may_set_aside =
        ingest.sets_aside && (before.is_some() && !deletes || !is_copied || ingest.is_written);
    for (position, batch) in ingest.batches.iter().enumerate() {
        let Some(next) = table.with(batch, ingest, may_set_aside) else {
            return Foretold { worlds, succeeds: false };
        };
        table = next;
        let is_last = position + 1 == ingest.batches.len();
        if is_last && is_whole {
            let rows = ingest.batches.iter().flat_map(|batch| &batch.rows);
            let came = rows.filter(|row| row.1.is_some()).map(|row| row.0).collect::<BTreeSet<_>>();
            table.rows.retain(|row| came.contains(&row.0));
        }
        if is_last || ingest.visibility == Visibility::AfterEachBatch && !is_whole {
            worlds.push(Some(table.clone()));
        }
        may_set_aside |= ingest.sets_aside;
    }
    Foretold { worlds, succeeds: true }
}
