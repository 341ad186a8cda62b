//! Views over the table, and over its partitions.

use super::{loaded, replaced, table};
use tests::{assert_same_views, snapshot_of_views};

const VIEWS: &str = "
    CREATE ROLE {role};
    CREATE VIEW v AS SELECT id, value FROM t;
    CREATE VIEW of_late AS SELECT id, day FROM late WHERE id > 0;
    CREATE VIEW of_both AS SELECT l.id, e.value FROM of_late l LEFT JOIN early e ON e.id = l.id - 2;
    CREATE MATERIALIZED VIEW m AS SELECT count(*) AS rows FROM t;
    CREATE MATERIALIZED VIEW m_late AS SELECT id FROM late; CREATE UNIQUE INDEX ON m_late (id);
    GRANT SELECT ON of_late TO {role}; COMMENT ON VIEW of_late IS 'l'";

#[tokio::test]
async fn views_are_made_again_over_what_they_were_over() {
    let database = loaded(&format!("{} {VIEWS}", table())).await;
    let before = snapshot_of_views(&database).await;
    replaced(&database, "with views").await;
    assert_same_views(&before, &snapshot_of_views(&database).await, "views");
    let read =
        "SELECT (SELECT count(*) FROM v), (SELECT count(*) FROM of_both), (SELECT rows FROM m),
        (SELECT count(*) FROM m_late)";
    assert_eq!(database.row(read).await, "4|2|4|2");
}
