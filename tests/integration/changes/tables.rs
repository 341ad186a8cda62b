//! Deletes from several tables, from partitions, and from a table that others inherit from.

use super::{ALL, Item, load, put};
use pg_bulk_ingest::{Batch, Change, ErrorKind, IngestTable, IngestTables};
use tests::{Database, ingest};

#[derive(IngestTable, Clone)]
#[ingest(table = "customers")]
struct Customer {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(unique)]
    email: String,
}

#[derive(IngestTable, Clone)]
#[ingest(table = "orders")]
struct Order {
    #[ingest(primary_key)]
    id: i64,
    customer: i64,
}

#[derive(IngestTables)]
enum Shop {
    Customer(Customer),
    Order(Order),
}

fn customer(id: i64, email: &str) -> Customer {
    Customer { id, email: email.to_owned() }
}

/// Children go before parents, a value that a deleted row had is free for another, and a parent goes after
/// its children were given another.
#[tokio::test]
async fn of_a_set_go_in_the_order_that_foreign_keys_ask_for() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Shop>(&mut client).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    for row in [customer(1, "a"), customer(2, "b"), customer(3, "c")] {
        batch.write(row).await.unwrap();
    }
    for row in [Order { id: 1, customer: 1 }, Order { id: 2, customer: 2 }] {
        batch.write(row).await.unwrap();
    }
    batch.commit(1).await.unwrap();
    session.finish().await.unwrap();
    database
        .execute(
            "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers ON DELETE RESTRICT",
        )
        .await;
    let mut session = ingest::<Shop>(&mut client).start::<i64>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.delete_from::<Customer>(1).await.unwrap();
    batch.delete_from::<Order>(1).await.unwrap();
    batch.write(customer(4, "a")).await.unwrap();
    batch.commit(2).await.unwrap();
    // The order is given to another customer first.
    let mut batch = session.batch().await.unwrap();
    batch.delete_from::<Customer>(2).await.unwrap();
    batch.write(Order { id: 2, customer: 3 }).await.unwrap();
    batch.commit(3).await.unwrap();
    // One that is still referred to is refused, and nothing of the batch is kept.
    let mut batch = session.batch().await.unwrap();
    batch.delete_from::<Customer>(3).await.unwrap();
    batch.write(customer(5, "e")).await.unwrap();
    let refused = batch.commit(4).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Server), "{refused}");
    assert!(refused.to_string().contains("customers"), "{refused}");
    let report = session.finish().await.unwrap();
    assert_eq!([report.tables[0].deleted, report.tables[1].deleted], [2, 1]);
    assert_eq!(database.rows("SELECT id, email FROM customers ORDER BY id").await, ["3|c", "4|a"]);
    assert_eq!(database.rows("SELECT * FROM orders").await, ["2|3"]);
}

#[tokio::test]
async fn of_a_partitioned_table_and_of_one_that_others_inherit_from() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    if tests::version() >= 11 {
        database
            .execute(
                "CREATE TABLE t (id bigint PRIMARY KEY, value text NOT NULL) PARTITION BY RANGE (id);
                 CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (10);
                 CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (10) TO (20)",
            )
            .await;
        load(&mut client, &[put(1, "a"), put(2, "b"), put(11, "c")]).await;
        let table = load(&mut client, &[Change::Delete(1), Change::Delete(11), put(12, "d")]).await;
        assert_eq!([table.deleted, table.inserted], [2, 1]);
        assert_eq!(database.rows(ALL).await, ["2|b", "12|d"]);
        database.execute("DROP TABLE t").await;
    }
    load(&mut client, &[put(1, "a"), put(2, "b")]).await;
    database
        .execute("CREATE TABLE child () INHERITS (t); INSERT INTO child VALUES (1, 'of it')")
        .await;
    let table = load(&mut client, &[Change::Delete(1), Change::Delete(3)]).await;
    assert_eq!([table.deleted, table.missing], [1, 1]);
    assert_eq!(database.rows(ALL).await, ["1|of it", "2|b"]);
}

#[tokio::test]
async fn changes_of_a_set_are_rows_of_it() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let orders = vec![
        Change::Put(Order { id: 1, customer: 1 }),
        Change::Put(Order { id: 2, customer: 1 }),
        Change::Delete(1),
    ];
    ingest::<Shop>(&mut client).batches(|_| [Batch::new(orders)]).await.unwrap();
    assert_eq!(database.rows("SELECT * FROM orders").await, ["2|1"]);
    let rows = [Item { id: 1, value: "x".to_owned() }];
    let changes = rows.iter().map(Change::Put).chain([Change::Delete(1)]);
    ingest::<Item>(&mut client).batches(|_| Batch::new(changes)).await.unwrap();
    assert_eq!(database.rows(ALL).await, Vec::<String>::new());
}
