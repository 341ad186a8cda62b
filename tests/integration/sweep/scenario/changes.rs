//! Ingests that delete, and replace no table; and one that sets rows aside.

use super::{BARE, ITEMS, Item, Scenario, item_rows, load};
use pg_bulk_ingest::{Change, Delete, HighWatermark, Rejects, SetAside};
use tests::ingest;

/// A table that refuses some rows.
const CHECKED: &str = r#"
    CREATE TABLE shop.item (id int PRIMARY KEY CHECK (id < 900), code int UNIQUE, name text NOT NULL);
    INSERT INTO shop.item SELECT i, i, 'before' FROM generate_series(1, 4) i;
    CREATE INDEX ON shop.item (name);
    GRANT SELECT, INSERT ON shop.item TO pg_monitor WITH GRANT OPTION;
    COMMENT ON TABLE shop.item IS '{"by": "hand", "pg-bulk-ingest": {"high-watermark": 0}}';"#;

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
    Scenario {
        name: "rows set aside",
        before: CHECKED,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| {
            let set_aside = SetAside { into: Rejects::table(), share: 1.0, ..SetAside::default() };
            load(ingest::<Item>(client).set_aside(set_aside), source, item_rows_some_bad)
        },
    },
];

/// The rows of a batch, one of which the server refuses, and one the encoder.
fn item_rows_some_bad(batch: i32) -> impl Iterator<Item = Item> + Send {
    let bad = |id, name: &str| Item { id, code: None, name: name.to_owned() };
    item_rows(batch).chain([bad(900 + batch, "refused"), bad(50 + batch, "\0")])
}

/// The rows of a batch, with deletes before and after them.
fn item_changes(batch: i32) -> impl Iterator<Item = Change<'static, Item>> + Send {
    let before = [Change::Delete(batch), Change::Delete(2 * batch)];
    let after = [Change::Delete(2 * batch + 1), Change::Delete(100)];
    before.into_iter().chain(item_rows(batch).map(Change::Put)).chain(after)
}
