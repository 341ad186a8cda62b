//! Merges of two sources that wait for each other's rows.

use super::{Row, into_state, with_row};
use tests::Database;
use tokio_postgres::Client;

/// A session that has locked a row, for which a merge waits, asks for one that the merge has: a deadlock,
/// which the merge's session is to find.
async fn block(database: &Database, client: &Client) {
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'";
    while database.row(waits).await == "0" {}
    let free =
        "SELECT array_agg(id) FROM (SELECT id FROM t WHERE id <> 2 FOR UPDATE SKIP LOCKED) free";
    let taken = format!("SELECT min(id) FROM t WHERE id <> 2 AND id <> ALL (({free})::int[])");
    let taken = database.row(&taken).await;
    let update = format!("UPDATE t SET value = -1 WHERE id = {taken}; COMMIT");
    client.batch_execute(&update).await.unwrap();
}

#[tokio::test]
async fn the_one_that_postgresql_ends_is_done_again() {
    let database = with_row().await;
    let rows = || (1..=3).map(|id| Row { id, value: 10 * id });
    let mut client = database.connect().await;
    let mut session = into_state(&mut client, "a").start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all((1..=3).map(|id| Row { id, value: 0 })).await.unwrap();
    batch.commit(1).await.unwrap();
    session.finish().await.unwrap();
    // It looks for deadlocks alone, some time after it began to wait.
    client.batch_execute("SET deadlock_timeout = '2s'").await.unwrap();
    let mut session = into_state(&mut client, "a").start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(rows()).await.unwrap();
    let other = database.connect().await;
    let begin = "SET deadlock_timeout = '10min'; BEGIN; UPDATE t SET value = -2 WHERE id = 2";
    other.batch_execute(begin).await.unwrap();
    let (committed, ()) = tokio::join!(batch.commit(2), block(&database, &other));
    committed.unwrap();
    session.finish().await.unwrap();
    assert_eq!(
        database.rows("SELECT id, value FROM t ORDER BY id").await,
        ["1|10", "2|20", "3|30"]
    );
    let deadlocks = "SELECT deadlocks > 0 FROM pg_stat_database WHERE datname = current_database()";
    while database.row(deadlocks).await != "t" {}
}
