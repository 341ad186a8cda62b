//! Several tables in one transaction.

use pg_bulk_ingest::{Batch, Delete, IngestTable, IngestTables, Visibility};
use tests::{Database, ingest};

#[derive(IngestTable)]
struct Customer<'a> {
    #[ingest(primary_key)]
    id: i64,
    name: &'a str,
}

#[derive(IngestTable)]
#[ingest(schema = "sales", table = "order")]
struct Order {
    id: i32,
    customer: i64,
}

#[derive(IngestTable)]
struct Note {
    text: String,
}

#[derive(IngestTables)]
enum Shop<'a> {
    Customer(Customer<'a>),
    Order(Order),
    Note(Note),
}

fn customer(id: i64) -> Customer<'static> {
    Customer { id, name: "a customer with a name" }
}

const COUNTS: &str = r#"
    SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM sales.order),
        (SELECT count(*) FROM note)"#;

#[tokio::test]
async fn rows_of_all_tables_become_visible_at_once_however_they_are_mixed() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (delete, visibility, orders) in [
        (Delete::Off, Visibility::AfterEachBatch, 100_000),
        (Delete::Off, Visibility::AfterLastBatch, 200_000),
        (Delete::BeforeFirstBatch, Visibility::AfterEachBatch, 100_000),
    ] {
        let ingest = ingest::<Shop<'_>>(&mut client).delete(delete).visibility(visibility);
        let mut session = ingest.start::<i64>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        for i in 0..100_000 {
            batch.write(customer(i % 5_000)).await.unwrap();
            batch.write(&Order { id: 1, customer: i }).await.unwrap();
            if i % 1_000 == 0 {
                batch.write(Shop::Note(Note { text: "n".repeat(100) })).await.unwrap();
            }
        }
        let tables = "SELECT count(*) FROM pg_class WHERE relname IN ('customer', 'order', 'note')";
        if orders == 100_000 && delete == Delete::Off {
            assert_eq!(database.row(tables).await, "0");
        }
        batch.commit(42).await.unwrap();
        let report = session.finish().await.unwrap();
        let notes = orders / 1_000;
        assert_eq!(database.row(COUNTS).await, format!("5000|{orders}|{notes}"));
        assert_eq!(report.rows, 200_100);
        let received = report.tables.iter().map(|table| table.received).collect::<Vec<_>>();
        assert_eq!(received, [100_000, 100_000, 100]);
        let stored = "
            SELECT harness.high_watermark('customer'), harness.high_watermark('sales.order')";
        assert_eq!(database.row(stored).await, "42|∅");
    }
}

#[tokio::test]
async fn a_batch_may_have_rows_of_one_table_only_or_none() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let report = ingest::<Shop<'_>>(&mut client)
        .batches(|_: Option<i64>| {
            let order = |customer| Shop::Order(Order { id: 1, customer });
            [
                Batch::new(vec![]).high_watermark(0),
                Batch::new(vec![order(1), order(2)]).high_watermark(1),
                Batch::new(vec![Shop::Customer(customer(1))]).high_watermark(2),
            ]
        })
        .await
        .unwrap();
    assert_eq!(database.row(COUNTS).await, "1|2|0");
    assert_eq!((report.batches, report.high_watermark), (3, Some(2)));
}

#[tokio::test]
async fn an_error_is_reported_at_its_table_and_row() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = || {
        (0..50_000).map(|i| match i % 2 {
            0 => Shop::Customer(customer(i)),
            _ => Shop::Order(Order { id: 1, customer: i }),
        })
    };
    ingest::<Shop<'_>>(&mut client).batches(|_| [Batch::new(rows())]).await.unwrap();
    let check = "ALTER TABLE sales.order ADD CHECK (customer <> 30001) NOT VALID";
    database.execute(check).await;
    let error =
        ingest::<Shop<'_>>(&mut client).batches(|_| [Batch::new(rows())]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write a row: "sales"."order", batch 1, row 15001: new row for relation "order" violates check constraint "order_customer_check" (23514)"#
    );
    assert_eq!(error.code().unwrap().code(), "23514");
    assert_eq!(database.row(COUNTS).await, "25000|25000|0");
}
