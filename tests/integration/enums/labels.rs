//! Labels that an enum has and its type lacks, and the other way round.

use super::State::{Delivered, InTransit, Placed};
use super::{LABELS, Order, order, statements};
use futures_util::future::join_all;
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestEnum, IngestTable};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tests::{Database, ingest};

#[tokio::test]
async fn labels_that_the_type_lacks_are_added_where_the_enum_has_them() {
    for (live, statements_, after) in [
        ("'Placed', 'Delivered'", 1, "Placed, in transit, Delivered"),
        ("'Delivered'", 2, "Placed, in transit, Delivered"),
        ("'x', 'Delivered', 'y'", 2, "x, Placed, in transit, Delivered, y"),
        ("", 3, "Placed, in transit, Delivered"),
        ("'Delivered', 'Placed'", 1, "Delivered, Placed, in transit"),
        ("'in transit', 'Placed', 'Delivered'", 0, "in transit, Placed, Delivered"),
    ] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database
            .execute(&format!("CREATE SCHEMA sales; CREATE TYPE sales.state AS ENUM ({live})"))
            .await;
        let mut session = ingest::<Order>(&mut client).start::<i32>().await.unwrap();
        // Before the first batch, so that it can be used in its transaction.
        assert_eq!(database.row(LABELS).await, after);
        let mut batch = session.batch().await.unwrap();
        batch.write_all([order(1, InTransit), order(2, Delivered)]).await.unwrap();
        batch.commit(1).await.unwrap();
        let report = session.finish().await.unwrap();
        let added = statements(&report);
        let added = added.iter().filter(|sql| sql.starts_with("ALTER TYPE")).count();
        assert_eq!(added, statements_, "{live}: {}", report.migrated);
        let states = "SELECT state FROM shop.orders ORDER BY id";
        assert_eq!(database.rows(states).await, ["in transit", "Delivered"]);
    }
}

#[tokio::test]
async fn a_label_is_added_to_the_type_of_a_table_that_is_there() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [order(1, Placed)];
    ingest::<Order>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();

    #[derive(IngestEnum)]
    #[ingest(schema = "sales", type = "state")]
    enum Later {
        New,
        Placed,
        Packed,
        #[ingest(rename = "in transit")]
        InTransit,
        Delivered,
        Lost,
    }
    #[derive(IngestTable)]
    #[ingest(schema = "shop", table = "orders", index(state))]
    struct LaterOrder {
        #[ingest(primary_key)]
        id: i32,
        state: Later,
        next: Option<Later>,
        before: Vec<Later>,
        plans: Vec<Vec<Option<Later>>>,
        #[ingest(sql_type = "text")]
        as_text: Later,
    }
    let row = |id, state| LaterOrder {
        id,
        state,
        next: Some(Later::Placed),
        before: vec![Later::InTransit, Later::Delivered],
        plans: vec![],
        as_text: Later::Lost,
    };
    let oid = database.row("SELECT 'shop.orders'::regclass::oid").await;
    let rows = [row(2, Later::Lost), row(3, Later::New), row(4, Later::Packed)];
    let report = ingest::<LaterOrder>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let expected = [
        r#"ALTER TYPE "sales"."state" ADD VALUE IF NOT EXISTS E'New' BEFORE E'Placed'"#,
        r#"ALTER TYPE "sales"."state" ADD VALUE IF NOT EXISTS E'Packed' AFTER E'Placed'"#,
        r#"ALTER TYPE "sales"."state" ADD VALUE IF NOT EXISTS E'Lost' AFTER E'Delivered'"#,
    ];
    assert_eq!(statements(&report), expected);
    assert_eq!(database.row("SELECT 'shop.orders'::regclass::oid").await, oid);
    let states = "SELECT state FROM shop.orders ORDER BY state";
    assert_eq!(database.rows(states).await, ["New", "Placed", "Packed", "Lost"]);
    let report = ingest::<LaterOrder>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert!(report.migrated.is_empty());
}

#[tokio::test]
async fn a_label_that_the_enum_has_not_is_refused_only_if_a_row_holds_it() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [order(1, Placed), order(2, Delivered)];
    ingest::<Order>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    database.execute("ALTER TYPE sales.state ADD VALUE 'it''s \"lost\"'").await;
    let before = database.row(LABELS).await;
    let report = ingest::<Order>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert!(report.migrated.is_empty());
    for (change, columns) in [
        ("state = 'it''s \"lost\"'", &["state"] as &[&str]),
        ("before = ARRAY['Placed', 'it''s \"lost\"']::sales.state[]", &["state", "before"]),
        ("state = 'Placed', before = '{}', plans = '{{NULL,\"it''s \\\"lost\\\"\"}}'", &["plans"]),
    ] {
        database.execute(&format!("UPDATE shop.orders SET {change} WHERE id = 2")).await;
        let asked = AtomicBool::new(false);
        let batches = |_| {
            asked.store(true, Relaxed);
            [Batch::new(&rows)]
        };
        let error = ingest::<Order>(&mut client).batches(batches).await.unwrap_err();
        assert!(!asked.load(Relaxed));
        assert!(matches!(error.kind(), ErrorKind::SchemaMismatch { .. }), "{error:?}");
        let held = columns.iter().map(|column| {
            format!(
                r#"column "{column}" holds "it's \"lost\"", a label that the enum type "sales"."state" has and the enum has not"#
            )
        });
        let expected = format!(
            r#"cannot start the ingest: "shop"."orders": the table does not match its definition: {}"#,
            held.collect::<Vec<_>>().join("; ")
        );
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(database.row(LABELS).await, before);
    // Rows that go need not be looked at.
    let ingest = ingest::<Order>(&mut client).delete(Delete::BeforeFirstBatch);
    let report = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(report.tables[0].deleted, 2);
    assert_eq!(database.rows("SELECT state FROM shop.orders").await, ["Placed", "Delivered"]);
}

#[tokio::test]
async fn labels_added_at_once_do_not_fail() {
    let database = Database::new().await;
    database.execute("CREATE SCHEMA sales; CREATE TYPE sales.state AS ENUM ('Delivered')").await;
    let mut clients = Vec::new();
    for _ in 0..6 {
        clients.push(database.connect().await);
    }
    let ingests = clients
        .iter_mut()
        .map(|client| ingest::<Order>(client).batches(|_| [Batch::new([order(1, InTransit)])]));
    for result in join_all(ingests).await {
        result.unwrap();
    }
    assert_eq!(database.row(LABELS).await, "Placed, in transit, Delivered");
}
