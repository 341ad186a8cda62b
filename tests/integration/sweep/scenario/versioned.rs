//! A version that is filled and published in one transaction.

use super::{Scenario, load};
use pg_bulk_ingest::{IngestTable, Versions, Visibility};
use tests::ingest;

/// Two versions that were published, of which the next leaves one.
const PUBLISHED: &str = "
    CREATE TABLE shop.pick (run text NOT NULL, value int NOT NULL) PARTITION BY LIST (run);
    CREATE TABLE shop.pick_a PARTITION OF shop.pick FOR VALUES IN ('a');
    CREATE TABLE shop.pick_b PARTITION OF shop.pick FOR VALUES IN ('b');
    INSERT INTO shop.pick VALUES ('a', 1), ('b', 2);
    COMMENT ON TABLE shop.pick_a IS '{\"pg-bulk-ingest\": {\"version\": 1}}';
    COMMENT ON TABLE shop.pick_b IS '{\"pg-bulk-ingest\": {\"version\": 2}}';
    CREATE VIEW shop.pick_latest AS SELECT run, value FROM shop.pick WHERE run = 'b';
    COMMENT ON VIEW shop.pick_latest IS '{\"pg-bulk-ingest\": {\"version\": 2}}';
    GRANT SELECT ON shop.pick_latest TO pg_monitor;";

pub(in super::super) const VERSIONED: &[Scenario] = &[Scenario {
    name: "a version that is published",
    before: PUBLISHED,
    batches: 2,
    migrates_before: false,
    is_visible_by_batch: false,
    visible: "SELECT string_agg(run || ' ' || value, ', ' ORDER BY value) FROM shop.pick_latest",
    run: |client, source| {
        let ingest = ingest::<Pick>(client).version("c").versions(Versions::keep(2));
        load(ingest.visibility(Visibility::AfterLastBatch), source, picks)
    },
}];

#[derive(IngestTable)]
#[ingest(schema = "shop", partition_by = "list (run)")]
struct Pick {
    run: &'static str,
    value: i32,
}

fn picks(batch: i32) -> impl Iterator<Item = Pick> + Send {
    (0..3).map(move |i| Pick { run: "c", value: 10 * batch + i })
}
