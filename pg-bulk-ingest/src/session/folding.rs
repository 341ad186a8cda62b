//! Merging several rows with one key where columns are computed from what is there.

use super::merging::{MERGE, Merging, SAVEPOINT, attempt, is_violation};
use crate::error::Error;
use crate::execute::{numbers, query};
use crate::merge::{Keys, Search, Upserting, drop_fold};
use crate::statement::rollback_to;
use tokio_postgres::Transaction;

/// How often rows are merged anew as others have inserted rows with their keys meanwhile.
const ATTEMPTS: u32 = 3;

impl Merging<'_> {
    /// Whether rows have to be merged with each other before they are merged with the table's.
    pub(super) async fn has_to_fold(
        self,
        transaction: &Transaction<'_>,
        keys: Option<Keys>,
    ) -> Result<bool, Error> {
        if !self.live().computes() {
            return Ok(false);
        }
        if let Some(keys) = keys {
            return Ok(!keys.distinct);
        }
        let sql = self.staging.count_keys(self.target.definition);
        let [different] = numbers(transaction, &sql, MERGE).await?;
        Ok(different != self.received)
    }

    /// Merges them in the order of arrival, each with what those before it made of the row that is there.
    /// What is there is locked before, so that nothing is lost that others write meanwhile, and a row that
    /// others insert is an error, after which all is done again.
    pub(super) async fn fold(
        self,
        transaction: &Transaction<'_>,
        upserting: Upserting<'_>,
    ) -> Result<[u64; 4], Error> {
        let live = upserting.live;
        query(transaction, &live.create_fold(), MERGE).await?;
        let search = match self.search_by_size() {
            Search::Probe => Search::Probe,
            _ => Search::Join,
        };
        let folded = Upserting { live: live.of_folded(), search, keys: None, ..upserting };
        let (lock, merge) = (self.staging.lock_keys(live), self.staging.upsert(folded));
        let mut left = ATTEMPTS;
        let merged = loop {
            query(transaction, &lock, MERGE).await?;
            left -= 1;
            match attempt(transaction, &merge).await {
                Err(error) if left > 0 && is_violation(&error) => {
                    query(transaction, &rollback_to(SAVEPOINT), MERGE).await?;
                }
                merged => break merged?,
            }
        };
        query(transaction, &drop_fold(), MERGE).await.map(|_| merged)
    }
}
