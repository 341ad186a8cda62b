//! Merging into a table whose rows take values of sequences, of which none is taken for nothing.
//!
//! INSERT … ON CONFLICT takes a value for each row before it looks whether the row is there. So rows that
//! are there, and differ, are proposed with the values that they have, and only new ones without. Both go
//! by ON CONFLICT, which is right whatever others do meanwhile.

use super::upsert::IS_NEW;
use super::{Live, Search};
use crate::catalog::LiveColumn;
use crate::ident::Ident;

/// What the names begin with under which a query has the values that the rows of the table have.
const NUMBER: &str = "pg_bulk_ingest_number";

impl Live<'_> {
    /// The columns that rows come without and that take a value of a sequence: an identity, or a default
    /// that asks for one. None where the role cannot write them all.
    pub(super) fn numbered(&self) -> Vec<Ident> {
        let is_sent = |name: &str| self.table.sent().any(|column| column.name() == name);
        let asks = |default: &str| default.contains("nextval(");
        let is_numbered = |column: &&LiveColumn| {
            let default = column.default.as_deref().filter(|_| !column.is_generated());
            (column.is_identity() || default.is_some_and(asks)) && !is_sent(&column.name)
        };
        let columns = self.live.shape.columns.iter().filter(is_numbered).collect::<Vec<_>>();
        match columns.iter().all(|column| column.can_select && column.can_insert) {
            true => columns.iter().map(|column| Ident::new(&column.name)).collect(),
            false => Vec::new(),
        }
    }

    /// Whether rows that are there are to take no values of sequences.
    pub(crate) fn spares(&self) -> bool {
        !self.keeps_existing && !self.numbered().is_empty()
    }

    /// How rows are looked for once others have written to a table that was empty.
    pub(crate) fn search_again(&self, by_size: Search) -> Search {
        if self.spares() { by_size } else { Search::OnConflict }
    }

    /// Whether rows that are there, and those that are new, are written apart.
    pub(super) fn parts(&self) -> bool {
        self.spares() || self.folded
    }

    /// What the row `live` has in these columns, for a query that takes it along; empty if nothing is spared.
    pub(super) fn numbers(&self) -> String {
        let numbers = self.numbered().into_iter().enumerate();
        numbers.map(|(at, name)| format!(", live.{name} AS {NUMBER}_{at}")).collect()
    }

    /// Inserts the rows of `changed`, as a table of the query named `merged`.
    pub(super) fn insert_spared(&self, columns: &str, conflict: &str, returning: &str) -> String {
        let (name, numbered) = (self.name, self.numbered());
        let numbers = (0..numbered.len()).map(|at| format!(", {NUMBER}_{at}")).collect::<String>();
        let numbered = numbered.iter().map(|name| format!(", {name}")).collect::<String>();
        // One that others insert meanwhile is not what the rows of the batch were merged with.
        let conflict_of_new = if self.folded { "" } else { conflict };
        // What is there is written first: a value that it gives up can then be taken by what is new.
        format!(
            "found AS (INSERT INTO {name} AS live ({columns}{numbered}) OVERRIDING SYSTEM VALUE \
             SELECT {columns}{numbers} FROM changed WHERE NOT {IS_NEW} {conflict}\
             RETURNING {returning}), \
             added AS (INSERT INTO {name} AS live ({columns}) OVERRIDING SYSTEM VALUE \
             SELECT {columns} FROM changed WHERE {IS_NEW} AND (SELECT pg_catalog.count(*) FROM found) \
             OPERATOR(pg_catalog.>=) 0 {conflict_of_new}RETURNING {returning}), \
             merged AS (SELECT * FROM found UNION ALL SELECT * FROM added)"
        )
    }
}
