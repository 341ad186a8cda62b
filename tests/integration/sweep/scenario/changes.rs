//! Ingests that delete, and replace no table.

use super::{BARE, ITEMS, Item, Scenario, item_rows, load};
use pg_bulk_ingest::{Change, Delete, HighWatermark};
use tests::ingest;

pub(in super::super) const CHANGES: &[Scenario] = &[
    Scenario {
        name: "changes",
        before: BARE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client), source, item_changes),
    },
    Scenario {
        name: "what did not come",
        before: BARE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: false,
        visible: ITEMS,
        run: |client, source| {
            let ingest = ingest::<Item>(client).delete(Delete::Missing);
            load(ingest.high_watermark(HighWatermark::Earliest), source, item_rows)
        },
    },
    Scenario {
        name: "delete, no batch",
        before: BARE,
        batches: 0,
        migrates_before: false,
        is_visible_by_batch: false,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client).delete(Delete::All), source, item_rows),
    },
];

/// The rows of a batch, with deletes before and after them.
fn item_changes(batch: i32) -> impl Iterator<Item = Change<'static, Item>> + Send {
    let before = [Change::Delete(batch), Change::Delete(2 * batch)];
    let after = [Change::Delete(2 * batch + 1), Change::Delete(100)];
    before.into_iter().chain(item_rows(batch).map(Change::Put)).chain(after)
}
