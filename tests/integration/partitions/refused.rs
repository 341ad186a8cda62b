//! What is refused of partitions, before anything is lost.

use super::{Added, PARTITIONS, day, load};
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable};
use tests::{Database, ingest, version};

#[tokio::test]
async fn a_table_that_is_partitioned_otherwise_stays_as_it_is() {
    for (is, table) in [
        ("not partitioned", "CREATE TABLE t (day date NOT NULL, id bigint NOT NULL)"),
        (
            "partitioned in another way",
            "CREATE TABLE t (day date NOT NULL, id bigint NOT NULL) PARTITION BY LIST (day)",
        ),
        (
            "partitioned in another way",
            "CREATE TABLE t (day date NOT NULL, id bigint NOT NULL) PARTITION BY RANGE ((id + 1))",
        ),
    ] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database.execute(table).await;
        let rows = [Added { day: day(2026, 1, 1), id: 1 }];
        let failed = ingest::<Added>(&mut client).batches(|_| [Batch::new(rows)]).await;
        let failed = failed.unwrap_err();
        assert!(matches!(failed.kind(), ErrorKind::CannotMigrate { .. }), "{failed}");
        let expected =
            format!("the table is {is}, and is defined with PARTITION BY RANGE (\"day\")");
        assert!(failed.to_string().contains(&expected), "{failed}");
    }
}

#[tokio::test]
async fn values_that_are_all_over_the_calendar_make_no_thousands_of_partitions() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = (0..600).map(|n| Added { day: day(1000 + n, 1, 1), id: 1 });
    let failed = ingest::<Added>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap_err();
    assert!(matches!(failed.kind(), ErrorKind::Unsupported { .. }), "{failed}");
    assert!(failed.to_string().contains("600 partitions that do not exist"), "{failed}");
}

#[tokio::test]
async fn who_does_not_own_the_table_makes_no_partition() {
    let database = Database::new().await;
    let mut owner = database.connect().await;
    load::<Added>(&mut owner, [Added { day: day(2026, 1, 1), id: 1 }]).await;
    let loader = database.role("loader");
    database.execute(&format!("CREATE ROLE {loader} LOGIN; GRANT ALL ON t TO {loader}")).await;
    let mut client = database.connect_as("loader").await;
    let batch = |month| [Batch::new([Added { day: day(2026, month, 2), id: 1 }])];
    ingest::<Added>(&mut client).batches(|_| batch(1)).await.unwrap();
    let failed = ingest::<Added>(&mut client).batches(|_| batch(2)).await.unwrap_err();
    assert!(matches!(failed.kind(), ErrorKind::InsufficientPrivilege { .. }), "{failed}");
    assert!(failed.to_string().contains("to make a partition of it"), "{failed}");
    assert_eq!(
        database.rows(PARTITIONS).await,
        ["t_2026_01 FROM ('2026-01-01') TO ('2026-02-01'): 2"]
    );
}

#[tokio::test]
async fn a_version_lacks_what_is_named() {
    #[derive(IngestTable)]
    #[ingest(table = "t", partition_by = "hash (id)", partitions(hash = 2))]
    struct Hashed {
        id: i32,
    }
    if version() > 10 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let failed = ingest::<Hashed>(&mut client).batches(|_| [Batch::new([Hashed { id: 1 }])]).await;
    let failed = failed.unwrap_err().to_string();
    assert!(failed.contains("partitioned by hash needs PostgreSQL 11 or later"), "{failed}");
}
