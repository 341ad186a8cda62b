//! Tables to which a hook adds something when they are created.

use super::{ITEMS, Item, Scenario, item_rows, load};
use futures_util::FutureExt;
use pg_bulk_ingest::{BoxError, BoxFuture, Created, Delete, HighWatermark};
use tests::ingest;

/// A table that the hook has been called for.
const HOOKED: &str = r#"
    CREATE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TABLE shop.item (id int PRIMARY KEY, code int UNIQUE, name text NOT NULL CHECK (name <> ''));
    INSERT INTO shop.item SELECT i, i, 'before' FROM generate_series(1, 4) i;
    CREATE INDEX ON shop.item (name);
    CREATE TRIGGER hooked BEFORE INSERT ON shop.item
        FOR EACH ROW EXECUTE PROCEDURE shop.nothing();
    COMMENT ON TABLE shop.item IS '{"by": "hand", "pg-bulk-ingest": {"high-watermark": 0}}';"#;

pub(in super::super) const CREATED: &[Scenario] = &[
    Scenario {
        name: "creation with a hook",
        before: "CREATE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN RETURN new; END'",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client).on_create(hook), source, item_rows),
    },
    Scenario {
        name: "delete with a hook",
        before: HOOKED,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| {
            let ingest = ingest::<Item>(client).delete(Delete::BeforeFirstBatch);
            let ingest = ingest.high_watermark(HighWatermark::Earliest);
            load(ingest.on_create(hook), source, item_rows)
        },
    },
];

/// Adds a trigger and a constraint.
fn hook(created: Created<'_>) -> BoxFuture<'_, Result<(), BoxError>> {
    async move {
        let now = &created.table.loaded_as;
        let trigger = "FOR EACH ROW EXECUTE PROCEDURE shop.nothing()";
        created.execute(&format!("CREATE TRIGGER hooked BEFORE INSERT ON {now} {trigger}")).await?;
        created.execute(&format!("ALTER TABLE {now} ADD CHECK (name <> '')")).await?;
        created.execute("SELECT pg_catalog.pg_relation_size($1)").await
    }
    .boxed()
}
