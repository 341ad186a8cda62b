//! Foreign keys to what is replaced.

use super::{execute, load, loaded};
use pg_bulk_ingest::{Batch, Delete, IngestTable, IngestTables};
use tests::{Database, assert_same, ingest, snapshot};

#[tokio::test]
async fn a_row_that_is_referred_to_has_to_be_there_again() {
    let database = loaded().await;
    execute(
        &database,
        "INSERT INTO t VALUES (3, 'c', 3); CREATE TABLE o (t int REFERENCES t);
        INSERT INTO o VALUES (3)",
    )
    .await;
    let before = snapshot(&database).await;
    let mut client = database.connect().await;
    let error = load(&mut client, Delete::All).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23503", "{error:?}");
    assert_same(&before, &snapshot(&database).await, "rolled back");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "3");
}

#[tokio::test]
async fn the_key_refers_to_the_new_table() {
    let database = loaded().await;
    execute(
        &database,
        "CREATE TABLE o (t int REFERENCES t ON DELETE CASCADE);
        INSERT INTO o VALUES (1), (2)",
    )
    .await;
    let mut client = database.connect().await;
    load(&mut client, Delete::All).await.unwrap();
    let other = database.connect().await;
    let error = other.batch_execute("INSERT INTO o VALUES (3)").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23503");
    execute(&database, "DELETE FROM t WHERE id = 1").await;
    assert_eq!(database.rows("SELECT t FROM o").await, ["2"]);
}

#[derive(IngestTable)]
#[ingest(table = "customers")]
struct Customer {
    #[ingest(primary_key)]
    id: i32,
}

#[derive(IngestTable)]
#[ingest(table = "orders")]
struct Order {
    #[ingest(primary_key)]
    id: i32,
    customer: i32,
}

#[derive(IngestTables)]
enum Shop {
    Order(Order),
    Customer(Customer),
}

async fn shop(database: &Database, delete: Delete, customer: i32) {
    let mut client = database.connect().await;
    let rows = [Shop::Order(Order { id: 1, customer }), Shop::Customer(Customer { id: customer })];
    let ingest = ingest::<Shop>(&mut client).delete(delete);
    ingest.batches(|_| [Batch::new(rows).high_watermark(1)]).await.unwrap();
}

#[tokio::test]
async fn tables_that_refer_to_each_other_are_replaced_together() {
    let database = Database::new().await;
    shop(&database, Delete::Off, 1).await;
    execute(
        &database,
        "ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (customer) REFERENCES customers;
         COMMENT ON CONSTRAINT k ON orders IS 'k';
         ALTER TABLE customers ADD FOREIGN KEY (id) REFERENCES orders DEFERRABLE NOT VALID",
    )
    .await;
    let before = snapshot(&database).await;
    for delete in [Delete::BeforeFirstBatch, Delete::All] {
        // The rows of one refer to rows that only the other's new table has.
        execute(&database, "ALTER TABLE customers DROP CONSTRAINT customers_id_fkey").await;
        execute(
            &database,
            "ALTER TABLE customers ADD FOREIGN KEY (id) REFERENCES orders
            DEFERRABLE NOT VALID",
        )
        .await;
        shop(&database, delete, 7).await;
        assert_same(&before, &snapshot(&database).await, "replaced");
        assert_eq!(database.rows("SELECT customer FROM orders").await, ["7"]);
        shop(&database, delete, 1).await;
    }
}

#[tokio::test]
async fn without_a_batch_tables_that_refer_to_each_other_are_emptied_together() {
    let database = Database::new().await;
    shop(&database, Delete::Off, 1).await;
    execute(&database, "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers").await;
    let mut client = database.connect().await;
    let session = ingest::<Shop>(&mut client).delete(Delete::All).start::<i32>().await.unwrap();
    session.finish().await.unwrap();
    assert_eq!(
        database.rows("SELECT id FROM orders UNION SELECT id FROM customers").await,
        [""; 0]
    );
}
