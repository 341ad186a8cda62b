//! Columns that the server fills, and rows come without.

mod live;

use pg_bulk_ingest::{Batch, ErrorKind, Filled, IngestTable, Upsert};
use tests::{Database, ingest, version};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Person {
    #[ingest(identity)]
    id: Filled<i64>,
    #[ingest(primary_key)]
    email: String,
    #[ingest(default = "7")]
    level: Filled<i32>,
    name: Option<String>,
}

fn person(email: &str, name: &str) -> Person {
    Person { id: Filled, email: email.to_owned(), level: Filled, name: Some(name.to_owned()) }
}

const ROWS: &str = "SELECT array_agg((id, email, level, name) ORDER BY email) FROM t";

async fn check_again<S: IngestTable>(client: &mut tokio_postgres::Client) {
    let plan = ingest::<S>(client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test]
async fn rows_come_without_them_straight_and_merged() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let batch = |_| [Batch::new([person("a", "A"), person("b", "B")])];
    ingest::<Person>(&mut client).batches(batch).await.unwrap();
    assert_eq!(database.row(ROWS).await, r#"{"(1,a,7,A)","(2,b,7,B)"}"#);
    database.execute("UPDATE t SET level = 9 WHERE email = 'b'").await;
    check_again::<Person>(&mut client).await;
    let batch = |_| [Batch::new([person("a", "A"), person("b", "C"), person("c", "D")])];
    let report = ingest::<Person>(&mut client).batches(batch).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (1, 1, 1));
    let kept = "SELECT array_agg((email, level, name) ORDER BY email), count(DISTINCT id) FROM t";
    assert_eq!(database.row(kept).await, r#"{"(a,7,A)","(b,9,C)","(c,7,D)"}|3"#);
    let report = ingest::<Person>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| [Batch::new([person("a", "X"), person("e", "E")])])
        .await
        .unwrap();
    assert_eq!((report.tables[0].inserted, report.tables[0].existing), (1, 1));
    // Large enough for samples and joins, with rows with equal keys.
    for name in ["X", "Y"] {
        let rows = (0..30_000).map(move |n| person(&(n % 29_999).to_string(), name));
        ingest::<Person>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    }
    assert_eq!(database.row("SELECT count(*) FROM t WHERE name = 'Y'").await, "29999");
    check_again::<Person>(&mut client).await;
}

#[tokio::test]
async fn a_key_that_the_server_gives_is_no_key_to_merge_on() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Event {
        #[ingest(primary_key, identity = "always")]
        id: Filled<i64>,
        #[ingest(unique)]
        what: String,
    }
    let event = |what: &str| Event { id: Filled, what: what.to_owned() };
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Event>(&mut client)
        .batches(|_| [Batch::new(vec![event("a"), event("b")]), Batch::new(vec![event("c")])])
        .await
        .unwrap();
    assert_eq!(
        database.row("SELECT array_agg((id, what) ORDER BY id) FROM t").await,
        r#"{"(1,a)","(2,b)","(3,c)"}"#
    );
    check_again::<Event>(&mut client).await;
    let batch = |_| [Batch::new([event("d"), event("a")])];
    let error = ingest::<Event>(&mut client).batches(batch).await.unwrap_err();
    assert_eq!(error.code(), Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION), "{error}");
    let existing = ingest::<Event>(&mut client).upsert(Upsert::KeepExisting);
    let error = existing.batches(batch).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "3");
    #[derive(IngestTable)]
    #[ingest(table = "t", newest_by(at))]
    struct Newest {
        #[ingest(primary_key, identity)]
        id: Filled<i64>,
        at: i64,
    }
    let _ = |row: Newest| (row.id, row.at);
    let error = ingest::<Newest>(&mut client).plan().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error}");
}

#[tokio::test]
async fn an_expression_over_columns_behind_it_is_compared_as_it_is_printed() {
    #[derive(IngestTable)]
    #[ingest(table = "t", index(total))]
    struct Line {
        #[ingest(generated = "price*count")]
        total: Filled<Option<i64>>,
        #[ingest(primary_key)]
        id: i64,
        price: i64,
        count: i64,
        #[ingest(text, sql_type = "date")]
        day: String,
    }
    let line =
        |id, count| Line { total: Filled, id, price: 3, count, day: "2024-02-29".to_owned() };
    let database = Database::new().await;
    let mut client = database.connect().await;
    let ran = ingest::<Line>(&mut client).batches(|_| [Batch::new([line(1, 2)])]).await;
    if version() < 12 {
        let error = ran.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains("PostgreSQL 12"), "{error}");
        return;
    }
    ran.unwrap();
    check_again::<Line>(&mut client).await;
    let batch = |_| [Batch::new([line(1, 5), line(2, 6)])];
    ingest::<Line>(&mut client).batches(batch).await.unwrap();
    let rows = "SELECT array_agg((id, total, day) ORDER BY id) FROM t";
    assert_eq!(database.row(rows).await, r#"{"(1,15,2024-02-29)","(2,18,2024-02-29)"}"#);
    // Another expression: the table is made again, and its rows are.
    #[derive(IngestTable)]
    #[ingest(table = "t", index(total))]
    struct Other {
        #[ingest(generated = "price + count")]
        total: Filled<Option<i64>>,
        #[ingest(primary_key)]
        id: i64,
        price: i64,
        count: i64,
        #[ingest(text, sql_type = "date")]
        day: String,
    }
    let _ = |row: Other| (row.total, row.id, row.price, row.count, row.day);
    ingest::<Other>(&mut client).migrate().await.unwrap();
    assert_eq!(database.row("SELECT sum(total) FROM t").await, "17");
    check_again::<Other>(&mut client).await;
}

#[tokio::test]
async fn a_virtual_column_is_added_where_the_table_is() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Plain {
        #[ingest(primary_key)]
        id: i64,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Virtual {
        #[ingest(primary_key)]
        id: i64,
        #[ingest(generated = "id * 2", virtual)]
        double: Filled<Option<i64>>,
    }
    let _ = |row: Virtual| (row.id, row.double);
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Plain>(&mut client).batches(|_| [Batch::new([Plain { id: 4 }])]).await.unwrap();
    let oid = database.row("SELECT 't'::regclass::oid").await;
    let ran = ingest::<Virtual>(&mut client).migrate().await;
    if version() < 18 {
        let error = ran.unwrap_err();
        assert!(error.to_string().contains("PostgreSQL 18"), "{error}");
        return;
    }
    ran.unwrap();
    assert_eq!(database.row("SELECT double, 't'::regclass::oid FROM t").await, format!("8|{oid}"));
    check_again::<Virtual>(&mut client).await;
}

#[tokio::test]
async fn a_role_needs_no_privilege_for_them() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Person>(&mut client).migrate().await.unwrap();
    let role = database.role("writer");
    database
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT (email, name), INSERT (email, name),
            UPDATE (name) ON t TO {role}"
        ))
        .await;
    let mut client = database.connect_as("writer").await;
    ingest::<Person>(&mut client).batches(|_| [Batch::new([person("a", "A")])]).await.unwrap();
    ingest::<Person>(&mut client).batches(|_| [Batch::new([person("a", "B")])]).await.unwrap();
    assert_eq!(database.row("SELECT name, level FROM t").await, "B|7");
}

/// Over several connections, into a new table and into one with rows, where of equal keys the last counts.
#[tokio::test]
async fn rows_over_several_connections_come_without_them_too() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Numbered {
        #[ingest(default = "now()")]
        at: Filled<chrono::DateTime<chrono::Utc>>,
        #[ingest(identity)]
        id: Filled<i64>,
        #[ingest(primary_key)]
        key: i64,
        value: String,
    }
    let database = &Database::new().await;
    let mut client = database.connect().await;
    for round in ["first", "second"] {
        let value = move |n: i64| format!("{round} {n} {}", "x".repeat(500));
        let row =
            move |n: i64| Numbered { at: Filled, id: Filled, key: n % 5_000, value: value(n) };
        let further = || async move { Ok::<_, std::convert::Infallible>(database.connect().await) };
        ingest::<Numbered>(&mut client)
            .connections(3, further)
            .batches(|_| [Batch::new((0..6_000).map(row))])
            .await
            .unwrap();
        let last = "SELECT count(*), count(*) FILTER (WHERE value LIKE '% ' || CASE
                WHEN key < 1000 THEN key + 5000 ELSE key END || ' x%'), count(DISTINCT id),
            min(split_part(value, ' ', 1)) FROM t";
        assert_eq!(database.row(last).await, format!("5000|5000|5000|{round}"));
        check_again::<Numbered>(&mut client).await;
    }
}
