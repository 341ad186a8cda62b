//! Settings that both have, and several tables.

use crate::look::{Look, comment};
use crate::python::Python;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, IngestTables, Visibility, ingest};
use serde_json::{Value, json};
use tests::Database;

const TABLE: &str = r#"
t = table(
    "t", sa.Column("id", sa.BIGINT, primary_key=True), sa.Column("value", sa.TEXT, nullable=False), sa.Index(None, "value"),
)
"#;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(index)]
    value: &'static str,
}

const ROWS: &str = "SELECT id, value FROM t ORDER BY id";

/// What a view over the table shows, which both make again with a table that replaces it.
const VIEW: &str = "SELECT string_agg(value, ',' ORDER BY id) FROM v";

#[tokio::test]
async fn delete_before_the_first_batch_replaces_the_rows_of_either() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let theirs = |script| format!("{TABLE}run({script}, delete=Delete.BEFORE_FIRST_BATCH)");
    python.ingest(&theirs(r#"(1, [(t, (1, "a"))])"#)).await;
    database.execute("CREATE VIEW v AS SELECT * FROM t").await;
    let made = Look::at(&database, "t").await;

    let batches = |after: Option<i64>| {
        assert_eq!(after, Some(1));
        [2, 3].map(|id| Batch::new([Row { id, value: "b" }]).high_watermark(id))
    };
    let ours = ingest::<Row>(&mut client).delete(Delete::BeforeFirstBatch);
    ours.batches(batches).await.unwrap();
    assert_eq!(database.rows(ROWS).await, ["2|b", "3|b"]);
    assert_eq!(database.row(VIEW).await, "b,b");
    let replaced = Look::at(&database, "t").await;
    assert_eq!((&replaced.columns, &replaced.indexes), (&made.columns, &made.indexes));

    let script = theirs(r#"(4, [(t, (4, "c"))]), (5, [(t, (5, "c")), (t, (4, "d"))])"#);
    assert_eq!(python.ingest(&script).await, json!(3));
    assert_eq!(database.rows(ROWS).await, ["4|d", "5|c"]);
    assert_eq!(database.row(VIEW).await, "d,c");
    // No batch: nothing is deleted.
    let none = |after| {
        assert_eq!(after, Some(5));
        Vec::<Batch<pg_bulk_ingest::Iter<Vec<Row>>, i32>>::new()
    };
    let ours = ingest::<Row>(&mut client).delete(Delete::BeforeFirstBatch);
    ours.batches(none).await.unwrap();
    let script = format!("{TABLE}run(delete=Delete.BEFORE_FIRST_BATCH)");
    assert_eq!(python.ingest(&script).await, json!(5));
    assert_eq!(database.rows(ROWS).await, ["4|d", "5|c"]);
    let plan = ingest::<Row>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

/// `Delete::All`, `Delete::Missing` and `Visibility::AfterLastBatch` are here alone: Python carries on from them.
#[tokio::test]
async fn python_carries_on_from_what_it_has_no_setting_for() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let settings = [
        (Delete::Off, Visibility::AfterLastBatch, "1|a\n2|b\n8|b\n9|b"),
        (Delete::Missing, Visibility::AfterEachBatch, "1|a\n8|b\n9|b"),
        (Delete::All, Visibility::AfterLastBatch, "1|a\n8|b\n9|b"),
    ];
    for (delete, visibility, expected) in settings {
        let script = format!(
            r#"{TABLE}run((2, [(t, (1, "a")), (t, (2, "b"))]), delete=Delete.BEFORE_FIRST_BATCH)"#
        );
        python.ingest(&script).await;
        let batches = |after: Option<i32>| {
            assert_eq!(after, Some(2));
            let rows = [Row { id: 8, value: "a" }, Row { id: 9, value: "a" }];
            [Batch::new(rows).high_watermark(9)]
        };
        let ours = ingest::<Row>(&mut client).delete(delete).visibility(visibility);
        ours.batches(batches).await.unwrap();
        let before = Look::at(&database, "t").await;
        let script = format!(r#"{TABLE}run((10, [(t, (1, "a")), (t, (8, "b")), (t, (9, "b"))]))"#);
        assert_eq!(python.ingest(&script).await, json!(9));
        assert_eq!(database.rows(ROWS).await.join("\n"), expected, "{delete:?}");
        assert_eq!(Look::at(&database, "t").await, before, "{delete:?}");
    }
}

#[derive(IngestTable)]
#[ingest(schema = "sales")]
struct Customer {
    #[ingest(primary_key)]
    id: i64,
    name: String,
}

#[derive(IngestTable)]
#[ingest(schema = "visits", table = "Order")]
struct Order {
    customer: Option<i64>,
}

/// The first has the high watermark, as the first of the metadata has it.
#[derive(IngestTables)]
enum Shop {
    Customer(Customer),
    Order(Order),
}

const SHOP: &str = r#"
customer = table(
    "customer",
    sa.Column("id", sa.BIGINT, primary_key=True),
    sa.Column("name", sa.TEXT, nullable=False),
    schema="sales",
)
order = table("Order", sa.Column("customer", sa.BIGINT), schema="visits")
"#;

#[tokio::test]
async fn several_tables_in_one_transaction_have_one_high_watermark() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = |high_watermark, name| {
        format!(
            r#"{SHOP}
run(({high_watermark}, [(order, (1,)), (customer, (1, "{name}")), (order, (None,))]))"#
        )
    };
    assert_eq!(python.ingest(&script(1, "Ann")).await, Value::Null);
    let tables = ["sales.customer", r#"visits."Order""#];
    let before = [Look::at(&database, tables[0]).await, Look::at(&database, tables[1]).await];
    for (name, theirs, at) in [("Bea", "Cid", 2), ("Dan", "Eve", 4)] {
        let plan = ingest::<Shop>(&mut client).plan().await.unwrap();
        assert!(plan.is_empty(), "{plan}");
        let mut session = ingest::<Shop>(&mut client).start::<i32>().await.unwrap();
        assert_eq!(session.high_watermark(), Some(&(at - 1)));
        let mut batch = session.batch().await.unwrap();
        batch.write(Customer { id: 1, name: name.to_owned() }).await.unwrap();
        batch.write(Order { customer: Some(1) }).await.unwrap();
        batch.commit(at).await.unwrap();
        session.finish().await.unwrap();
        assert_eq!(database.row("SELECT name FROM sales.customer").await, name);
        assert_eq!(python.ingest(&script(at + 1, theirs)).await, json!(at));
        assert_eq!(database.row("SELECT name FROM sales.customer").await, theirs);
    }
    let after = [Look::at(&database, tables[0]).await, Look::at(&database, tables[1]).await];
    assert_eq!(after, before);
    assert_eq!(database.row(r#"SELECT count(*) FROM visits."Order""#).await, "8");
    let stored = r#"{"pg-bulk-ingest": {"high-watermark": 5}}"#;
    assert_eq!(comment(&database, tables[0]).await, stored);
    assert_eq!(comment(&database, tables[1]).await, "∅");

    // Both delete of all tables, also of one without rows in the batch.
    let counts =
        r#"SELECT (SELECT count(*) FROM sales.customer), (SELECT count(*) FROM visits."Order")"#;
    let orders = |_| [Batch::new([Shop::Order(Order { customer: None })]).high_watermark(6)];
    let ours = ingest::<Shop>(&mut client).delete(Delete::BeforeFirstBatch);
    ours.batches(orders).await.unwrap();
    assert_eq!(database.row(counts).await, "0|1");
    let script =
        format!(r#"{SHOP}run((7, [(customer, (1, "Ann"))]), delete=Delete.BEFORE_FIRST_BATCH)"#);
    assert_eq!(python.ingest(&script).await, json!(6));
    assert_eq!(database.row(counts).await, "1|0");
    let plan = ingest::<Shop>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

/// Python commits while a batch is open here: that one is rolled back, and nothing is ingested twice.
#[tokio::test]
async fn a_batch_that_python_overtook_is_refused() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    python.ingest(&format!(r#"{TABLE}run((1, [(t, (1, "a"))]))"#)).await;
    let mut session = ingest::<Row>(&mut client).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Row { id: 2, value: "ours" }).await.unwrap();
    let script = format!(r#"{TABLE}run((2, [(t, (2, "theirs"))]))"#);
    assert_eq!(python.ingest(&script).await, json!(1));
    let error = batch.commit(2).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    drop(session);
    assert_eq!(database.rows(ROWS).await, ["1|a", "2|theirs"]);
    assert_eq!(ingest::<Row>(&mut client).stored::<i32>().await.unwrap(), Some(2));
}
