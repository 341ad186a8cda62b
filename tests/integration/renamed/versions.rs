//! Programs of different versions of a struct at one table.

use super::COLUMNS;
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Migration};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Old {
    #[ingest(primary_key)]
    id: i64,
    amount: i32,
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct New {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(renamed_from = "amount")]
    sum: i32,
}

fn old(id: i64) -> Old {
    Old { id, amount: 1 }
}

#[tokio::test]
async fn the_old_one_neither_drops_the_column_nor_adds_its_own() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Old>(&mut client).batches(|_| [Batch::new([old(1)])]).await.unwrap();
    ingest::<New>(&mut client).batches(|_| [Batch::new([New { id: 2, sum: 2 }])]).await.unwrap();
    for migration in [Migration::Evolve, Migration::Exact, Migration::AdditiveOnly] {
        let ran = ingest::<Old>(&mut client)
            .migration(migration)
            .batches(|_| [Batch::new([old(3)])])
            .await;
        let error = ran.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
        assert!(error.to_string().contains(r#"renamed to "sum""#), "{error}");
    }
    assert_eq!(database.row(COLUMNS).await, "id,sum");
    assert_eq!(database.row("SELECT sum(sum) FROM t").await, "3");
    // Back, where that is what is wanted.
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Back {
        #[ingest(primary_key)]
        id: i64,
        #[ingest(renamed_from = "sum")]
        amount: i32,
    }
    ingest::<Back>(&mut client)
        .batches(|_| [Batch::new([Back { id: 3, amount: 3 }])])
        .await
        .unwrap();
    assert_eq!(database.row(COLUMNS).await, "id,amount");
    ingest::<Old>(&mut client).batches(|_| [Batch::new([old(4)])]).await.unwrap();
    let error = ingest::<New>(&mut client).migration(Migration::Freeze).migrate().await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::SchemaMismatch { .. }));
    assert_eq!(database.row("SELECT sum(amount) FROM t").await, "7");
}

#[tokio::test]
async fn one_that_runs_meanwhile_is_told() {
    let database = Database::new().await;
    let (mut client, mut other) = (database.connect().await, database.connect().await);
    let mut session = ingest::<Old>(&mut client).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(&Old { id: 1, amount: 1 }).await.unwrap();
    batch.commit(1).await.unwrap();
    ingest::<New>(&mut other).batches(|_| [Batch::new([New { id: 2, sum: 2 }])]).await.unwrap();
    let error = session.batch().await.map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error}");
    assert!(error.to_string().contains(r#"column "amount""#), "{error}");
    assert_eq!(database.row("SELECT sum(sum) FROM t").await, "3");
}

#[tokio::test]
async fn two_of_the_new_one_rename_it_once() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id bigint PRIMARY KEY, amount int NOT NULL)").await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let (one, two) =
        tokio::join!(ingest::<New>(&mut one).migrate(), ingest::<New>(&mut two).migrate());
    let done = one.unwrap().statements().len() + two.unwrap().statements().len();
    assert_eq!(done, 1);
    assert_eq!(database.row(COLUMNS).await, "id,sum");
}

/// A column of the old name that was added since is another one.
#[tokio::test]
async fn a_name_may_be_used_again() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Both {
        #[ingest(primary_key)]
        id: i64,
        sum: i32,
        amount: Option<i32>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Old>(&mut client).batches(|_| [Batch::new([old(1)])]).await.unwrap();
    ingest::<New>(&mut client).migrate().await.unwrap();
    let row = Both { id: 2, sum: 5, amount: Some(6) };
    ingest::<Both>(&mut client).batches(|_| [Batch::new([row])]).await.unwrap();
    assert_eq!(database.row("SELECT sum(sum), sum(amount) FROM t").await, "6|6");
    let error = ingest::<New>(&mut client).migrate().await.unwrap_err();
    assert!(error.to_string().contains("both there"), "{error}");
}
