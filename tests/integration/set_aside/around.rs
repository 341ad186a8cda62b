//! What rows that are set aside go together with.

use super::{Item, all, item};
use pg_bulk_ingest::{Batch, ErrorKind, NoWatermark, Upsert};
use std::convert::Infallible;
use tests::{Database, ingest};

const ITEMS: &str =
    "CREATE TABLE item (id int PRIMARY KEY, name varchar(5) NOT NULL CHECK (name <> 'bad'))";

#[tokio::test]
async fn rows_are_only_added_by_a_role_that_may_do_nothing_else() {
    let database = Database::new().await;
    database.execute(ITEMS).await;
    let role = database.role("r");
    database.execute(&format!("CREATE ROLE {role} LOGIN; GRANT INSERT ON item TO {role}")).await;
    let mut client = database.connect_as("r").await;
    let batch = |_: Option<NoWatermark>| Batch::new([item(1, "bad"), item(2, "good")]);
    let ingest = ingest::<Item>(&mut client).upsert(Upsert::Off).set_aside(all());
    let report = ingest.batches(batch).await.unwrap();
    assert_eq!(report.rejects()[0].row, 1);
    assert_eq!(database.rows("SELECT id FROM item").await, ["2"]);
}

#[tokio::test]
async fn rows_over_several_connections_are_set_aside() {
    let database = Database::new().await;
    database.execute(ITEMS).await;
    let mut client = database.connect().await;
    let names = |id| if id == 7 || id == 120_000 { "bad" } else { "good" };
    let batch = |_: Option<NoWatermark>| Batch::new((1..=120_000).map(|id| item(id, names(id))));
    let further = || async { Ok::<_, Infallible>(database.connect().await) };
    let ingest = ingest::<Item>(&mut client).connections(2, further).set_aside(all());
    let report = ingest.batches(batch).await.unwrap();
    let mut rows = report.rejects().iter().map(|rejected| rejected.row).collect::<Vec<_>>();
    rows.sort_unstable();
    assert_eq!(rows, [7, 120_000]);
    assert_eq!(database.row("SELECT count(*) FROM item").await, "119998");
}

#[tokio::test]
async fn what_copy_refuses_still_fails_the_batch() {
    let database = Database::new().await;
    database.execute(ITEMS).await;
    let mut client = database.connect().await;
    let batch = |_: Option<NoWatermark>| Batch::new([item(1, "\0"), item(2, "much too long")]);
    let error = ingest::<Item>(&mut client).set_aside(all()).batches(batch).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Server), "{error}");
    assert_eq!(error.row(), Some(2));
    assert!(database.rows("SELECT id FROM item").await.is_empty());
}
