//! Where the pool is too small, or in a mode in which there are no transactions.

use super::{Row, connect, load, many, rows};
use pg_bulk_ingest::{Batch, ErrorKind};
use tests::{Database, Pooler, ingest};

#[tokio::test]
async fn between_batches_the_connection_is_free_for_others() {
    let database = Database::new().await;
    let Some(pooler) = Pooler::new(&database.url(), "transaction", 1, &[]) else { return };
    let mut client = connect(&pooler.url()).await;
    let other = connect(&pooler.url()).await;
    let mut session = ingest::<Row>(&mut client).start::<i32>().await.unwrap();
    for id in 1..=3 {
        assert_eq!(tests::rows(&other, "SELECT 1").await, ["1"]);
        let mut batch = session.batch().await.unwrap();
        batch.write_all(rows(id..=id, "a")).await.unwrap();
        batch.commit(id).await.unwrap();
        assert_eq!(tests::rows(&other, "SELECT count(*) FROM t").await, [id.to_string()]);
    }
    session.finish().await.unwrap();
}

#[tokio::test]
async fn a_pool_that_is_too_small_for_the_connections_is_an_error() {
    let database = Database::new().await;
    let settings = [("query_wait_timeout", "1")];
    let Some(pooler) = Pooler::new(&database.url(), "transaction", 1, &settings) else { return };
    let url = pooler.url();
    let mut client = connect(&url).await;
    load(&mut client, 1).await.unwrap();
    let error = ingest::<Row>(&mut client)
        .connections(2, || async { Ok::<_, std::convert::Infallible>(connect(&url).await) })
        .batches(|_: Option<i32>| [Batch::new(many()).high_watermark(2)])
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("cannot use a further connection"), "{error:?}");
    let message = error.db_error().unwrap().message();
    assert!(message.contains("query_wait_timeout"), "{message}");
    // The first one is still usable.
    load(&mut client, 2).await.unwrap();
    assert_eq!(database.row("SELECT count(*) FROM t").await, "11");
}

#[tokio::test]
async fn statement_mode_is_refused_with_the_poolers_words() {
    let database = Database::new().await;
    let Some(pooler) = Pooler::new(&database.url(), "statement", 2, &[]) else { return };
    let mut client = connect(&pooler.url()).await;
    let error = load(&mut client, 1).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connection | ErrorKind::Server), "{error:?}");
    let message = error.db_error().unwrap().message().to_owned();
    assert!(message.contains("statement pooling mode"), "{message}");
    assert_eq!(database.row("SELECT to_regclass('t')").await, "∅");
}
