//! Rows whose partitions are made with them.

use super::{Scenario, load};
use pg_bulk_ingest::{Delete, IngestTable, Migration, Visibility};
use tests::{ingest, version};

/// One partition is there, and rows that leave the default partition for theirs.
const PARTITIONED: &str = "
    CREATE TABLE shop.visit (id int, code int, name text NOT NULL, PRIMARY KEY (id, code))
        PARTITION BY RANGE (id);
    CREATE TABLE shop.visit_0 PARTITION OF shop.visit FOR VALUES FROM (0) TO (3);
    CREATE TABLE shop.visit_rest PARTITION OF shop.visit DEFAULT;
    INSERT INTO shop.visit SELECT i, i, 'before' FROM generate_series(1, 4) i;
    GRANT SELECT, INSERT ON shop.visit TO pg_monitor WITH GRANT OPTION;
    COMMENT ON TABLE shop.visit IS '{\"by\": \"hand\", \"pg-bulk-ingest\": {\"high-watermark\": 0}}';";

/// Those that this version of the server has: keys of partitioned tables begin with 11.
pub(in super::super) fn partitioned() -> &'static [Scenario] {
    if version() < 11 { &PARTITIONED_ROWS[..1] } else { PARTITIONED_ROWS }
}

const PARTITIONED_ROWS: &[Scenario] = &[
    Scenario {
        name: "partitions of rows that are added",
        before: "",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: "SELECT string_agg(at || ' ' || left(what, 9), ', ' ORDER BY at) FROM shop.sight",
        run: |client, source| load(ingest::<Sight>(client), source, sights),
    },
    Scenario {
        name: "partitions of rows that are merged",
        before: PARTITIONED,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: "SELECT string_agg(id || ' ' || left(name, 9), ', ' ORDER BY id) FROM shop.visit",
        run: |client, source| load(ingest::<Visit>(client), source, visits),
    },
    Scenario {
        name: "a partitioned table is replaced",
        before: REPLACED,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: false,
        visible: "SELECT string_agg(id || ' ' || left(name, 9), ', ' ORDER BY id) FROM shop.visit",
        run: |client, source| {
            let ingest = ingest::<Visit>(client).delete(Delete::BeforeFirstBatch);
            load(ingest.visibility(Visibility::AfterLastBatch), source, visits)
        },
    },
    Scenario {
        name: "a partitioned table is rebuilt",
        before: REBUILT,
        batches: 2,
        migrates_before: true,
        is_visible_by_batch: true,
        visible: "SELECT string_agg(id || ' ' || left(name, 9), ', ' ORDER BY id) FROM shop.visit",
        run: |client, source| {
            load(ingest::<Visit>(client).migration(Migration::Exact), source, visits)
        },
    },
];

/// Its partitions have more than it has, and views.
const REPLACED: &str = "
    CREATE TABLE shop.visit (id int, code int, name text NOT NULL, PRIMARY KEY (id, code))
        PARTITION BY RANGE (id);
    CREATE TABLE shop.visit_0 PARTITION OF shop.visit FOR VALUES FROM (0) TO (3) PARTITION BY LIST (code);
    CREATE TABLE shop.visit_one PARTITION OF shop.visit_0 FOR VALUES IN (0, 1, 2);
    CREATE TABLE shop.visit_3 PARTITION OF shop.visit FOR VALUES FROM (3) TO (6);
    CREATE INDEX own ON shop.visit_3 (name); COMMENT ON TABLE shop.visit_one IS 'one';
    INSERT INTO shop.visit SELECT i, i, 'before' FROM generate_series(1, 4) i;
    CREATE VIEW shop.of_three AS SELECT id FROM shop.visit_3;
    GRANT SELECT, INSERT ON shop.visit TO pg_monitor WITH GRANT OPTION;
    GRANT SELECT ON shop.visit_3 TO pg_monitor;
    COMMENT ON TABLE shop.visit IS '{\"by\": \"hand\", \"pg-bulk-ingest\": {\"high-watermark\": 0}}';";

/// As it was, but for the type of a column.
const REBUILT: &str = "
    CREATE TABLE shop.visit (id int, code int, name varchar(9) COLLATE \"C\" NOT NULL, PRIMARY KEY (id, code))
        PARTITION BY RANGE (id);
    CREATE TABLE shop.visit_0 PARTITION OF shop.visit FOR VALUES FROM (0) TO (3);
    CREATE TABLE shop.visit_rest PARTITION OF shop.visit DEFAULT;
    INSERT INTO shop.visit SELECT i, i, 'before' FROM generate_series(1, 4) i;
    GRANT SELECT ON shop.visit_0 TO pg_monitor;
    COMMENT ON TABLE shop.visit IS '{\"by\": \"hand\", \"pg-bulk-ingest\": {\"high-watermark\": 0}}';";

#[derive(IngestTable)]
#[ingest(schema = "shop", partition_by = "list (at)", partitions(list))]
struct Sight {
    at: i32,
    what: String,
}

#[derive(IngestTable)]
#[ingest(schema = "shop", partition_by = "range (id)", partitions(every = 3, ahead = 1))]
struct Visit {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(primary_key)]
    code: i32,
    name: String,
}

/// Long enough for chunks of their own, between which partitions are made.
fn sights(batch: i32) -> impl Iterator<Item = Sight> + Send {
    (0..3).map(move |i| Sight { at: 3 * batch + i, what: "long ".repeat(14_000) })
}

fn visits(batch: i32) -> impl Iterator<Item = Visit> + Send {
    (0..4).map(move |i| {
        let id = 2 * batch + i;
        Visit { id, code: id, name: format!("batch {batch}") }
    })
}
