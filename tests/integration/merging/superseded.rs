//! Rows of a new table that later ones with the same key replace, where it is published at once.

use super::{Row, rows};
use pg_bulk_ingest::{Batch, Delete};
use std::convert::Infallible;
use tests::{Database, ingest};

#[tokio::test]
async fn they_go_from_a_table_that_is_published_from_its_creation_on() {
    let mut publications = vec!["FOR ALL TABLES"];
    if tests::version() >= 15 {
        publications.push("FOR TABLES IN SCHEMA public");
    }
    for publication in publications {
        for connections in [1, 2] {
            let database = Database::new().await;
            let mut client = database.connect().await;
            database.execute(&format!("CREATE PUBLICATION p {publication}")).await;
            let mut batch = rows(0..60_000, &"first".repeat(30));
            batch.extend(rows(0..60_000, "last"));
            for delete in [Delete::Off, Delete::BeforeFirstBatch] {
                let further = || async { Ok::<_, Infallible>(database.connect().await) };
                let ingest = ingest::<Row>(&mut client).delete(delete);
                let ingest = ingest.connections(connections, further);
                let report = ingest.batches(|_| [Batch::new(&batch)]).await.unwrap();
                assert_eq!(report.tables[0].inserted, 60_000);
                let all = "SELECT count(*), min(value), max(value),
                    (SELECT relreplident FROM pg_class WHERE oid = 't'::regclass) FROM t";
                assert_eq!(database.row(all).await, "60000|last|last|d", "{publication}");
            }
        }
    }
}
