//! `Delete::All` without a batch: the table is emptied, not replaced.

use super::{Row, execute, loaded};
use pg_bulk_ingest::{Delete, Error};
use tests::{Database, assert_same, ingest, snapshot};

async fn empty(database: &Database) -> Result<(), Error> {
    let mut client = database.connect().await;
    let session = ingest::<Row>(&mut client).delete(Delete::All).start::<i32>().await?;
    session.finish().await.map(drop)
}

#[tokio::test]
async fn a_table_that_is_referred_to_is_emptied_if_no_row_refers_to_it() {
    let database = loaded().await;
    execute(
        &database,
        "CREATE TABLE o (t int, CONSTRAINT k FOREIGN KEY (t) REFERENCES t);
        COMMENT ON CONSTRAINT k ON o IS 'k'; INSERT INTO o VALUES (NULL), (1)",
    )
    .await;
    let error = empty(&database).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23503", "{error:?}");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
    execute(
        &database,
        "DELETE FROM o WHERE t = 1;
        COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}'",
    )
    .await;
    let before = snapshot(&database).await;
    empty(&database).await.unwrap();
    assert_same(&before, &snapshot(&database).await, "emptied");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "0");
}
