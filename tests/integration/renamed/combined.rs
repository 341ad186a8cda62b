//! A column that is renamed while more of its table changes.

use super::COLUMNS;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable};
use tests::{Database, ingest};

const OLD: &str =
    "CREATE TABLE t (key integer PRIMARY KEY, amount text NOT NULL, name text NOT NULL);
    COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}';
    INSERT INTO t VALUES (1, '1.5', 'a'), (2, '2', 'b');
    CREATE VIEW v AS SELECT key, amount FROM t;";

/// Several names, other types, an index, another order: a rebuild.
#[tokio::test]
async fn the_table_is_rebuilt_after_it() {
    #[derive(IngestTable)]
    #[ingest(table = "t", index(sum))]
    struct Rebuilt {
        #[ingest(renamed_from = "name")]
        label: String,
        #[ingest(primary_key, renamed_from = "key")]
        id: i64,
        #[ingest(renamed_from = "amount")]
        sum: Option<String>,
    }
    let database = Database::new().await;
    database.execute(OLD).await;
    let mut client = database.connect().await;
    let plan = ingest::<Rebuilt>(&mut client).plan().await.unwrap();
    let sql = plan.statements().iter().map(pg_bulk_ingest::Statement::sql).collect::<Vec<_>>();
    assert!(sql.iter().take(3).all(|sql| sql.contains("RENAME COLUMN")), "{plan}");
    assert!(sql.iter().any(|sql| sql.contains("INSERT INTO")), "{plan}");
    assert_eq!(database.row(COLUMNS).await, "key,amount,name");
    let row = |id, sum: &str| Rebuilt { label: "c".to_owned(), id, sum: Some(sum.to_owned()) };
    ingest::<Rebuilt>(&mut client)
        .batches(|_| [Batch::new([row(2, "4"), row(3, "5")])])
        .await
        .unwrap();
    assert_eq!(database.row(COLUMNS).await, "label,id,sum");
    let rows = "SELECT array_agg((label, id, sum) ORDER BY id) FROM t";
    assert_eq!(database.row(rows).await, r#"{"(a,1,1.5)","(c,2,4)","(c,3,5)"}"#);
    assert_eq!(database.row("SELECT array_agg(amount ORDER BY key) FROM v").await, "{1.5,4,5}");
    let plan = ingest::<Rebuilt>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test]
async fn in_place_it_is_the_first_of_what_is_planned() {
    #[derive(IngestTable)]
    #[ingest(table = "t", index(sum))]
    struct More {
        #[ingest(primary_key, renamed_from = "key")]
        id: i32,
        #[ingest(renamed_from = "amount", default = "'0'")]
        sum: Option<String>,
        name: String,
        at: Option<i32>,
    }
    let _ = |row: More| (row.id, row.sum, row.name, row.at);
    let database = Database::new().await;
    database.execute(&format!("{OLD} DROP VIEW v; CREATE INDEX theirs ON t (lower(amount))")).await;
    let mut client = database.connect().await;
    let plan = ingest::<More>(&mut client).plan().await.unwrap();
    let done = ingest::<More>(&mut client).migrate().await.unwrap();
    assert_eq!(plan.to_string(), done.to_string());
    assert!(plan.statements()[1].sql().contains(r#"RENAME COLUMN "amount" TO "sum""#), "{plan}");
    assert_eq!(database.row(COLUMNS).await, "id,sum,name,at");
    let plan = ingest::<More>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test]
async fn what_is_refused_is_refused_before_it() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct More {
        #[ingest(primary_key, renamed_from = "key")]
        id: i32,
        amount: String,
        name: String,
        more: i32,
    }
    let _ = |row: More| (row.id, row.amount, row.name, row.more);
    let database = Database::new().await;
    database.execute(OLD).await;
    let mut client = database.connect().await;
    let error = ingest::<More>(&mut client).migrate().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error}");
    assert_eq!(database.row(COLUMNS).await, "key,amount,name");
}

#[tokio::test]
async fn deleted_rows_are_deleted_under_the_new_name() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Fewer {
        #[ingest(primary_key, renamed_from = "key")]
        id: i32,
        amount: String,
    }
    let database = Database::new().await;
    database.execute(OLD).await;
    let mut client = database.connect().await;
    ingest::<Fewer>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .batches(|_| [Batch::new([Fewer { id: 9, amount: "x".to_owned() }])])
        .await
        .unwrap();
    assert_eq!(database.row("SELECT array_agg((key, amount)) FROM v").await, r#"{"(9,x)"}"#);
    assert_eq!(database.row(COLUMNS).await, "id,amount");
}

#[tokio::test]
async fn a_flattened_struct_has_its_prefix_before_former_names() {
    #[derive(IngestTable)]
    struct Address {
        #[ingest(renamed_from = "road")]
        street: String,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Person {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(flatten, prefix = "home_")]
        home: Address,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Taken {
        home_road: String,
        #[ingest(flatten, prefix = "home_")]
        home: Address,
    }
    let _ =
        |row: Person, other: Taken| (row.id, row.home.street, other.home_road, other.home.street);
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id int PRIMARY KEY, home_road text NOT NULL)").await;
    let mut client = database.connect().await;
    let error = ingest::<Taken>(&mut client).plan().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error}");
    ingest::<Person>(&mut client).migrate().await.unwrap();
    assert_eq!(database.row(COLUMNS).await, "id,home_street");
}
