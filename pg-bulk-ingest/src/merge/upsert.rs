//! Merging the rows of a staging table into a table by its key.
//!
//! Rows whose columns are all equal to those of the row that is there are found by a join, and
//! neither locked nor written. What is left goes by ON CONFLICT, which is right whatever others do
//! meanwhile. Where a sample of a large batch says that there are next to none, ON CONFLICT does it
//! alone: it does not write them either, but locks them.

use super::changed::{action, is_new, is_new_or_differs};
use super::{HandingOver, Live, Staging};
use crate::definition::Table;
use crate::ident::{Ident, list};
use crate::plan::column_list;

/// The name under which a query has whether the table has no row with a row's key.
pub(super) const IS_NEW: &str = "pg_bulk_ingest_is_new";

/// Whether a row is not in the table alike, and whether it is older than the one that is there.
const IS_CHANGED: &str = "pg_bulk_ingest_is_changed";
const IS_STALE: &str = "pg_bulk_ingest_is_stale";

/// What is merged into what, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upserting<'a> {
    pub(crate) live: Live<'a>,
    pub(crate) search: Search,
    pub(crate) counting: Counting,
    /// The number of different keys in the staging table, if it was counted.
    pub(crate) keys: Option<Keys>,
}

/// The keys of the rows of a staging table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) different: u64,
    /// Whether no two rows have the same.
    pub(crate) distinct: bool,
}

/// From how many rows on it is worth a question how they compare with the table's, and whether
/// their keys are distinct.
pub(crate) const COUNTED_FROM: u64 = 10_000;

/// How many rows, about, are asked of how they compare with the table's.
const SAMPLED: u64 = 256;

/// How the rows that are there already are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// Not at all: the table is empty.
    Nothing,
    /// By ON CONFLICT alone.
    OnConflict,
    /// Each by the index, in the order of the key: for a batch that is small beside the table.
    Probe,
    /// By one join over the whole table: for a batch that is not.
    Join,
}

/// A batch of at least this part of the table's rows is joined with the whole table. (A row of a
/// join costs about a quarter of a probe of the index.)
const JOINED_FROM: u64 = 4;

impl Search {
    /// Chooses by the number of rows, of the batch and (estimated) of the table. To probe and to
    /// join take the operators that the index of the key is made of.
    pub(crate) fn choose(received: u64, rows: u64, has_equality: bool) -> Self {
        match has_equality {
            false => Self::OnConflict,
            true if received.saturating_mul(JOINED_FROM) >= rows => Self::Join,
            true => Self::Probe,
        }
    }

    /// Chooses again, knowing whether the table [has rows](Staging::sample), and how many of a sample are
    /// in it alike. If none is, it is for nothing to look for those that are: at most a few in 100
    /// can be.
    pub(crate) fn knowing(self, found: [u64; 2]) -> Self {
        match found {
            [0, _] => Self::Nothing,
            [_, 0] => Self::OnConflict,
            _ => self,
        }
    }
}

/// How the rows that an upsert inserts are told from those that it updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// By `xmax`, which a row that was updated has.
    BySystemColumn,
    /// By looking for their keys in the table as it was: the rows of a partitioned table do not
    /// say their system columns, and grants on columns leave these out.
    BeforeMerging,
}

impl Staging {
    /// Merges its rows into the table: of rows with equal keys the last, in the order of the key.
    /// A row whose columns are all equal, to the letter, to those of the row that is there is left
    /// alone. Returns the rows inserted, updated, unchanged and stale.
    pub(crate) fn upsert(&self, upserting: Upserting<'_>) -> String {
        let Upserting { live, search, keys, .. } = upserting;
        let table = live.table;
        let distinct = keys.is_some_and(|keys| keys.distinct);
        let (columns, key) = (&self.columns, column_list(table, table.merge_key()));
        let (sources, source) = match search {
            Search::Probe | Search::Join if live.parts() => {
                (self.probe(live, search, distinct && search == Search::Join), "changed")
            }
            Search::Nothing | Search::OnConflict if distinct => (
                format!(
                    "latest AS (SELECT {columns} FROM {} AS staged ORDER BY {key})",
                    self.rows()
                ),
                "latest",
            ),
            Search::Nothing | Search::OnConflict => {
                (format!("latest AS ({})", self.chosen(live, "")), "latest")
            }
            Search::Probe => (self.probe(live, search, false), "changed"),
            Search::Join if distinct => (self.join_distinct(live), "changed"),
            Search::Join => (self.join(live), "latest"),
        };
        self.upsert_from(&sources, source, upserting)
    }

    /// Merges its rows, those with these ordinals first and in their order.
    pub(crate) fn upsert_in_order(
        &self,
        upserting: Upserting<'_>,
        handing: HandingOver<'_>,
        order: &[u64],
    ) -> String {
        let upserting = Upserting { search: Search::OnConflict, ..upserting };
        self.upsert_from(&self.in_order(handing, order), "changed", upserting)
    }

    /// Merges what there is in one of these tables.
    fn upsert_from(&self, sources: &str, source: &str, upserting: Upserting<'_>) -> String {
        let Upserting { live, search, counting, keys } = upserting;
        let table = live.table;
        let (columns, key) = (&self.columns, column_list(table, table.merge_key()));
        let conflict = match search {
            Search::Nothing => String::new(),
            _ => format!("ON CONFLICT ({key}) DO {} ", action(live)),
        };
        let (returning, inserted) = match counting {
            Counting::BySystemColumn => {
                let inserted = "live.xmax OPERATOR(pg_catalog.=) 0 AS inserted";
                (inserted, "pg_catalog.count(*) FILTER (WHERE inserted)".to_owned())
            }
            Counting::BeforeMerging => ("1", count_new(live, search, source)),
        };
        let spares = live.parts() && source == "changed";
        let keys = match (keys, search) {
            (Some(keys), _) => keys.different.to_string(),
            (None, Search::Join) if !spares => format!("({})", self.count_keys(table)),
            (None, _) => "(SELECT pg_catalog.count(*) FROM latest)".to_owned(),
        };
        let stale = self.find_stale(upserting);
        let stale_count = match stale.is_empty() {
            true => "0",
            false => "(SELECT pg_catalog.count(*) FROM stale)",
        };
        let merged = match spares {
            true => live.insert_spared(columns, &conflict, returning),
            false => format!(
                "merged AS (INSERT INTO {} AS live ({columns}) OVERRIDING SYSTEM VALUE \
                 SELECT {columns} FROM {source} {conflict}RETURNING {returning})",
                live.name
            ),
        };
        format!(
            "WITH {}{sources}, {stale}{merged} \
             SELECT {inserted}, pg_catalog.count(*) OPERATOR(pg_catalog.-) {inserted}, \
             {keys} OPERATOR(pg_catalog.-) pg_catalog.count(*) OPERATOR(pg_catalog.-) {stale_count}, \
             {stale_count} FROM merged",
            self.query
        )
    }

    /// The rows that count and are older than those that are there, as a table of the query; nothing
    /// where no row can be.
    fn find_stale(&self, Upserting { live, search, keys, .. }: Upserting<'_>) -> String {
        let Some(older) = live.is_older("new").filter(|_| search != Search::Nothing) else {
            return String::new();
        };
        let (rows, same_key, version) =
            (live.rows(), live.same_key("live", "new"), list(live.version()));
        let is_probed = search == Search::Probe || search == Search::Join && live.parts();
        if is_probed {
            return format!("stale AS (SELECT FROM probed WHERE {IS_STALE}), ");
        }
        let there = match search {
            Search::Join => format!("JOIN {rows} AS live ON {same_key}"),
            _ => format!(
                "CROSS JOIN LATERAL (SELECT {version} FROM {rows} AS live WHERE {same_key} LIMIT 1) \
                 AS live"
            ),
        };
        let chosen = match search {
            Search::Join if keys.is_some_and(|keys| keys.distinct) => self.rows(),
            // There, `latest` has only what is to be written.
            Search::Join => format!("({})", self.chosen(live, "")),
            _ => "latest".to_owned(),
        };
        format!("stale AS (SELECT FROM {chosen} AS new {there} WHERE {older}), ")
    }

    /// Indexes its rows by their keys, which fails unless these are distinct, and lets the planner
    /// know whether the rows lie in the order of the keys: if they do, and those of the table too,
    /// the two are merged as they lie, and nothing is sorted or written to disk. `None` where rows
    /// lie in several tables.
    pub(crate) fn index_keys(&self, table: &Table) -> Option<String> {
        if !self.parts.is_empty() {
            return None;
        }
        let (name, key) = (&self.name, column_list(table, table.merge_key()));
        // A sample of 3,000 rows tells as much as one of 30,000.
        let sample = list(key_names(table).map(|name| format!("ALTER {name} SET STATISTICS 10")));
        let nulls = if table.has_nulls_in_key() { " NULLS NOT DISTINCT" } else { "" };
        Some(format!(
            "CREATE UNIQUE INDEX ON {name} ({key}){nulls};\n\
             ALTER TABLE {name} {sample};\n\
             ANALYZE {name} ({key})"
        ))
    }

    /// Returns 0 if the table is empty; and, of a sample of its rows, how many are in the table alike.
    pub(crate) fn sample(&self, live: Live<'_>, received: u64, may_be_empty: bool) -> String {
        // In millionths of a row.
        let part = (SAMPLED * 1_000_000).div_ceil(received.max(1));
        let percent = format!("{}.{:04}", part / 10_000, part % 10_000);
        let rows =
            self.rows_of(&format!(" TABLESAMPLE pg_catalog.bernoulli ({percent}) REPEATABLE (0)"));
        let live_rows = live.rows();
        let has_rows = match may_be_empty {
            true => {
                format!(
                    "(SELECT pg_catalog.count(*) FROM (SELECT FROM {live_rows} LIMIT 1) AS live)"
                )
            }
            false => "1".to_owned(),
        };
        format!(
            "SELECT {has_rows}, \
             pg_catalog.count(*) FROM {rows} AS new CROSS JOIN LATERAL (\
             SELECT {} FROM {live_rows} AS live WHERE {} LIMIT 1) AS live WHERE NOT ({})",
            live.columns_to_read(&self.columns, Vec::new()),
            live.same_key("live", "new"),
            is_new_or_differs(live),
        )
    }

    /// Counts the different keys of its rows.
    pub(crate) fn count_keys(&self, table: &Table) -> String {
        let (rows, key) = (self.rows(), column_list(table, table.merge_key()));
        match table.merge_key() {
            [_] if !table.has_nulls_in_key() => {
                format!("SELECT pg_catalog.count(DISTINCT {key}) FROM {rows} AS staged")
            }
            _ => format!(
                "SELECT pg_catalog.count(*) FROM \
                 (SELECT DISTINCT {key} FROM {rows} AS staged) AS keys"
            ),
        }
    }

    /// What is not in the table alike, of rows no two of which have the same key.
    fn join_distinct(&self, live: Live<'_>) -> String {
        format!(
            "changed AS (SELECT new.*, {} FROM {} AS new LEFT JOIN {} AS live ON {} WHERE {})",
            is_new(live),
            self.rows(),
            live.rows(),
            live.same_key("live", "new"),
            is_new_or_differs(live),
        )
    }

    /// `latest`, and of it what is not in the table alike. LIMIT keeps the planner from joining in
    /// another way than by the index.
    fn probe(&self, live: Live<'_>, search: Search, distinct: bool) -> String {
        let differs = is_new_or_differs(live);
        let latest = match distinct && !live.folded {
            true => format!("SELECT {} FROM {} AS staged", self.columns, self.rows()),
            false => self.chosen(live, ""),
        };
        let is_new = format!("{}{}", is_new(live), live.numbers());
        let (rows, same_key) = (live.rows(), live.same_key("live", "new"));
        let key = list(key_names(live.table).map(|name| format!("new.{name}")));
        let order = if search == Search::Join { format!(" ORDER BY {key}") } else { String::new() };
        let probed = match search {
            Search::Join => format!("latest AS new LEFT JOIN {rows} AS live ON {same_key}"),
            _ => format!(
                "latest AS new LEFT JOIN LATERAL (SELECT {} FROM {rows} AS live \
                 WHERE {same_key} LIMIT 1) AS live ON true",
                live.columns_to_read(&self.columns, Vec::new()),
            ),
        };
        match live.is_older("new") {
            None => format!(
                "latest AS ({latest}), \
                 changed AS (SELECT new.*, {is_new} FROM {probed} WHERE {differs}{order})"
            ),
            Some(older) => format!(
                "latest AS ({latest}), probed AS (SELECT new.*, {is_new}, \
                 {differs} AS {IS_CHANGED}, {older} AS {IS_STALE} FROM {probed}), \
                 changed AS (SELECT * FROM probed AS new WHERE {IS_CHANGED}{order})"
            ),
        }
    }

    /// The keys of rows that are not in the table alike, and of those the last.
    fn join(&self, live: Live<'_>) -> String {
        let rows = self.rows();
        let keys = list(key_names(live.table).map(|name| format!("new.{name}")));
        let changed =
            format!("EXISTS (SELECT FROM changed WHERE {})", live.same_key("changed", "staged"));
        format!(
            "changed AS (SELECT {keys}, {} FROM {rows} AS new LEFT JOIN {} AS live ON {} \
             WHERE {}), latest AS ({})",
            is_new(live),
            live.rows(),
            live.same_key("live", "new"),
            is_new_or_differs(live),
            self.chosen(live, &format!("WHERE {changed} ")),
        )
    }
}

/// Counts the rows with keys that the table, as it was, does not have.
fn count_new(live: Live<'_>, search: Search, source: &str) -> String {
    match (search, source) {
        (Search::Nothing, _) => "pg_catalog.count(*)".to_owned(),
        (_, "changed") => format!("(SELECT pg_catalog.count(*) FROM changed WHERE {IS_NEW})"),
        (Search::Join, _) => format!(
            "(SELECT pg_catalog.count(*) FROM (SELECT DISTINCT {} FROM changed WHERE {IS_NEW}) \
             AS keys)",
            list(key_names(live.table))
        ),
        _ => format!(
            "(SELECT pg_catalog.count(*) FROM {source} AS new WHERE NOT EXISTS \
             (SELECT FROM {} AS live WHERE {}))",
            live.rows(),
            live.same_key("live", "new")
        ),
    }
}

/// The names of the columns of the key.
pub(super) fn key_names(table: &Table) -> impl Iterator<Item = Ident> {
    table.merge_key().iter().map(|position| Ident::new(table.columns()[*position].name()))
}
