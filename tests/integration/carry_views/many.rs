//! Many views: what is done for each does not grow with how many there are.

use super::{replace, with_rows};
use pg_bulk_ingest::Delete;
use tests::{Database, assert_same_views, snapshot_of_views};

/// Views of both kinds, each over the one before it, and as many over the table.
async fn with_views(count: usize) -> Database {
    let database = with_rows().await;
    database
        .execute(&format!(
            "DO $$ BEGIN FOR i IN 1..{count} LOOP
               EXECUTE format('CREATE VIEW chain_%s AS SELECT * FROM %I', i,
                 CASE i WHEN 1 THEN 't' ELSE 'chain_' || i - 1 END);
               EXECUTE format('CREATE VIEW star_%s AS SELECT id, %s AS n FROM t', i, i);
               EXECUTE format('CREATE MATERIALIZED VIEW m_%s AS SELECT * FROM %I', i,
                 CASE i WHEN 1 THEN 't' ELSE 'm_' || i - 1 END);
             END LOOP; END $$; ANALYZE"
        ))
        .await;
    database
}

#[tokio::test]
async fn all_are_kept() {
    let database = with_views(20).await;
    database.execute("GRANT SELECT ON chain_3, m_4 TO PUBLIC").await;
    let before = snapshot_of_views(&database).await;
    replace(&mut database.connect().await, Delete::BeforeFirstBatch, &[3]).await.unwrap();
    assert_same_views(&before, &snapshot_of_views(&database).await, "");
    let read =
        "SELECT id FROM chain_20 UNION ALL SELECT id FROM m_20 UNION ALL SELECT n FROM star_20";
    assert_eq!(database.rows(read).await, ["3", "3", "20"]);
}

/// How many blocks are looked at to read the views.
async fn blocks(database: &Database, query: &str) -> u64 {
    let dependents = include_str!("../../../pg-bulk-ingest/src/catalog/view_dependents.sql");
    let query = format!("{dependents}{query}").replace(":roots", "'t'::regclass");
    let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}");
    let client = database.connect().await;
    client.batch_execute("SET search_path = pg_catalog, public").await.unwrap();
    // Once more, as what the session has to learn of the catalog is no part of it.
    tests::rows(&client, &explain).await;
    let plan = tests::rows(&client, &explain).await.join("");
    let hits = plan.split("\"Shared Hit Blocks\": ").nth(1).unwrap();
    let digits = hits.find(|char: char| !char.is_ascii_digit()).unwrap();
    hits[..digits].parse().unwrap()
}

#[tokio::test]
async fn the_catalog_is_read_in_linear_time() {
    let (few, many) = (with_views(10).await, with_views(60).await);
    for query in [
        include_str!("../../../pg-bulk-ingest/src/catalog/view.sql"),
        include_str!("../../../pg-bulk-ingest/src/catalog/view_state.sql"),
    ] {
        let (few, many) = (blocks(&few, query).await, blocks(&many, query).await);
        assert!(many < 12 * few, "{few} blocks, and {many} for 6 times as many views");
    }
}
