//! Rows that are deleted and kept.

use chrono::{DateTime, Utc};
use pg_bulk_ingest::{Batch, Change, Delete, Filled, IngestTable, TableReport};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t", newest_by(version))]
struct Item {
    #[ingest(primary_key)]
    id: i64,
    version: i64,
    #[ingest(soft_delete)]
    deleted_at: Filled<Option<DateTime<Utc>>>,
    #[ingest(load_id)]
    load: Filled<i64>,
}

fn item(id: i64, version: i64) -> Item {
    Item { id, version, deleted_at: Filled, load: Filled }
}

async fn load(client: &mut Client, changes: Vec<Change<'_, Item>>) -> TableReport {
    let report = ingest::<Item>(client).batches(|_| Batch::new(changes)).await.unwrap();
    report.tables.into_iter().next().unwrap()
}

const ALL: &str = "SELECT id, version, deleted_at IS NOT NULL FROM t ORDER BY id";

#[tokio::test]
async fn a_delete_says_so_in_the_row_and_a_put_takes_it_back() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [1, 2, 3].map(|id| Change::Put(item(id, 1)));
    load(&mut client, rows.into()).await;
    let loads = "SELECT count(DISTINCT load) FROM t";
    assert_eq!(database.row(loads).await, "1");
    let table = load(&mut client, vec![Change::Delete(1), Change::delete_at(2, 3)]).await;
    assert_eq!([table.deleted, table.missing, table.stale], [2, 0, 0]);
    assert_eq!(database.rows(ALL).await, ["1|1|t", "2|3|t", "3|1|f"]);
    assert_eq!(database.row(loads).await, "2");
    let now = "SELECT count(*) FROM t WHERE deleted_at BETWEEN now() - interval '1 hour' AND now()";
    assert_eq!(database.row(now).await, "2");
    // One that is deleted already, and one that is older than the delete of its row.
    let table = load(&mut client, vec![Change::Delete(1), Change::Put(item(2, 2))]).await;
    assert_eq!([table.deleted, table.missing, table.stale], [0, 1, 1]);
    assert_eq!(database.rows(ALL).await, ["1|1|t", "2|3|t", "3|1|f"]);
    let table = load(&mut client, vec![Change::Put(item(1, 1)), Change::Put(item(2, 4))]).await;
    assert_eq!([table.updated, table.unchanged], [2, 0]);
    assert_eq!(database.rows(ALL).await, ["1|1|f", "2|4|f", "3|1|f"]);
}

#[tokio::test]
async fn what_did_not_come_is_kept_as_deleted() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client, [1, 2, 3].map(|id| Change::Put(item(id, 1))).into()).await;
    for (come, deleted, expected) in [
        (vec![1, 2], 1, ["1|1|f", "2|1|f", "3|1|t"]),
        (vec![1, 2], 0, ["1|1|f", "2|1|f", "3|1|t"]),
        (vec![3], 2, ["1|1|t", "2|1|t", "3|1|f"]),
    ] {
        let rows = come.into_iter().map(|id| item(id, 1)).collect::<Vec<_>>();
        let report = ingest::<Item>(&mut client)
            .delete(Delete::Missing)
            .fuse(pg_bulk_ingest::Fuse::rows(2))
            .batches(|_| Batch::new(rows))
            .await
            .unwrap();
        assert_eq!(report.tables[0].deleted, deleted);
        assert_eq!(database.rows(ALL).await, expected);
    }
}
