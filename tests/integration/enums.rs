//! Enums that are PostgreSQL enum types.

mod labels;
mod refused;

use futures_util::future::join_all;
use pg_bulk_ingest::{
    Batch, Delete, Error, ErrorKind, IngestEnum, IngestTable, IngestTables, Iter, Migration,
    Upsert, Visibility,
};
use tests::{Database, ingest};

#[derive(IngestEnum, Clone, Copy)]
#[ingest(schema = "sales", type = "state")]
enum State {
    Placed,
    #[ingest(rename = "in transit")]
    InTransit,
    Delivered,
}
use State::{Delivered, InTransit, Placed};

#[derive(IngestTable)]
#[ingest(schema = "shop", table = "orders", index(state))]
struct Order {
    #[ingest(primary_key)]
    id: i32,
    state: State,
    next: Option<State>,
    before: Vec<State>,
    plans: Vec<Vec<Option<State>>>,
    #[ingest(sql_type = "text")]
    as_text: State,
}

fn order(id: i32, state: State) -> Order {
    let plans = vec![vec![Some(state), None]];
    Order { id, state, next: None, before: vec![Placed, state], plans, as_text: state }
}

const LABELS: &str = "
    SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum
    WHERE enumtypid = 'sales.state'::regtype";

/// What an event trigger saw of the statements run since it was made.
const DDL: &str = "
    CREATE TABLE ddl (tag text);
    CREATE FUNCTION record_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
        $$BEGIN INSERT INTO ddl VALUES (tg_tag); END$$;
    CREATE EVENT TRIGGER record_ddl ON ddl_command_end EXECUTE PROCEDURE record_ddl()";

fn statements<W>(report: &pg_bulk_ingest::Report<W>) -> Vec<&str> {
    report.migrated.statements().iter().map(pg_bulk_ingest::Statement::sql).collect()
}

#[tokio::test]
async fn the_type_is_created_with_the_table_and_not_seen_before() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Order>(&mut client).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all([order(1, Delivered), order(2, InTransit)]).await.unwrap();
    let schemas = "SELECT 1 FROM pg_namespace WHERE nspname IN ('sales', 'shop')";
    assert_eq!(database.rows(schemas).await, [""; 0]);
    batch.commit(1).await.unwrap();
    let report = session.finish().await.unwrap();
    let expected = [
        r#"CREATE SCHEMA "sales""#,
        r#"CREATE TYPE "sales"."state" AS ENUM (E'Placed', E'in transit', E'Delivered')"#,
        r#"CREATE SCHEMA "shop""#,
    ];
    assert_eq!(statements(&report)[..3], expected);
    let columns = "
        SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
        WHERE attrelid = 'shop.orders'::regclass AND attnum > 1 ORDER BY attnum";
    let expected = [
        "state|sales.state|t",
        "next|sales.state|f",
        "before|sales.state[]|t",
        "plans|sales.state[]|t",
        "as_text|text|t",
    ];
    assert_eq!(database.rows(columns).await, expected);
    let expected = [
        r#"2|in transit|∅|{Placed,"in transit"}|{{"in transit",NULL}}|in transit"#,
        "1|Delivered|∅|{Placed,Delivered}|{{Delivered,NULL}}|Delivered",
    ];
    assert_eq!(database.rows("SELECT * FROM shop.orders ORDER BY state").await, expected);
}

#[tokio::test]
async fn a_second_run_changes_nothing_but_rows() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [order(1, Placed), order(2, Placed)];
    ingest::<Order>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    database.execute(DDL).await;
    let rows = [order(1, Delivered), order(2, Placed), order(3, InTransit)];
    let report = ingest::<Order>(&mut client)
        .upsert(Upsert::IfPrimaryKey)
        .batches(|_| [Batch::new(&rows)])
        .await
        .unwrap();
    assert!(report.migrated.is_empty(), "{}", report.migrated);
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (1, 1, 1));
    let none = |_| -> [Batch<Iter<Vec<Order>>>; 0] { [] };
    ingest::<Order>(&mut client).batches(none).await.unwrap();
    let ddl = "SELECT DISTINCT tag FROM ddl WHERE tag <> 'CREATE TABLE'";
    assert_eq!(database.rows(ddl).await, [""; 0]);
    let states = "SELECT id, state FROM shop.orders ORDER BY id";
    assert_eq!(database.rows(states).await, ["1|Delivered", "2|Placed", "3|in transit"]);
}

/// A session that does not start.
async fn frozen_error<S: IngestTables + ?Sized>(database: &Database) -> Error {
    let mut client = database.connect().await;
    let frozen = ingest::<S>(&mut client).migration(Migration::Freeze);
    frozen.start::<i32>().await.unwrap_err()
}

async fn start_error<S: IngestTables + ?Sized>(database: &Database) -> Error {
    let mut client = database.connect().await;
    ingest::<S>(&mut client).start::<i32>().await.unwrap_err()
}

#[tokio::test]
async fn an_enum_can_be_the_primary_key() {
    #[derive(IngestTable)]
    #[ingest(schema = "shop", table = "states")]
    struct Row {
        #[ingest(primary_key)]
        state: State,
        count: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |state, count| Row { state, count };
    let batches = [
        [row(Delivered, 1), row(Placed, 1), row(Delivered, 2)],
        [row(InTransit, 1), row(Placed, 1), row(Delivered, 3)],
    ];
    let report =
        ingest::<Row>(&mut client).batches(|_| batches.iter().map(Batch::new)).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (3, 1, 1));
    let all = "SELECT * FROM shop.states ORDER BY state";
    assert_eq!(database.rows(all).await, ["Placed|1", "in transit|1", "Delivered|3"]);
}

#[derive(IngestEnum)]
#[ingest(
    schema = "a \"b\".c; 🦀 $1 :x %s \\",
    type = "SELECT 'it''s' -- /* \\ a_name_that_is_sixty-three_bytes_long_12"
)]
enum Hostile {
    #[ingest(rename = "it's \"quoted\" \\ $1")]
    Quoted,
    #[ingest(rename = " ")]
    Space,
    #[ingest(rename = "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀abc")]
    Crabs,
    #[ingest(rename = "NULL")]
    Null,
    r#Type,
}

#[tokio::test]
async fn any_name_and_label_is_quoted() {
    #[derive(IngestTable)]
    #[ingest(schema = "a", table = "t")]
    struct Row {
        #[ingest(primary_key)]
        id: i32,
        value: Hostile,
        values: Vec<Hostile>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let values = || [Hostile::Quoted, Hostile::Space, Hostile::Crabs, Hostile::Null, Hostile::Type];
    let rows = || (1..).zip(values()).map(|(id, value)| Row { id, value, values: values().into() });
    let mut oid = None;
    for (setting, delete, migrated) in [
        ("standard_conforming_strings = off", Delete::Off, true),
        ("quote_all_identifiers = on", Delete::Off, false),
        ("search_path = ''", Delete::BeforeFirstBatch, false),
        ("standard_conforming_strings = on", Delete::All, false),
    ] {
        client.batch_execute(&format!("SET {setting}")).await.unwrap();
        let ingest = ingest::<Row>(&mut client).delete(delete);
        let report = ingest.batches(|_| [Batch::new(rows())]).await.unwrap();
        assert_eq!(report.migrated.is_empty(), !migrated, "{}", report.migrated);
        client.batch_execute("RESET ALL").await.unwrap();
        let new = database.row("SELECT enumtypid FROM pg_enum WHERE enumlabel = ' '").await;
        assert_eq!(*oid.get_or_insert(new.clone()), new);
    }
    let expected =
        [r#"it's "quoted" \ $1"#, " ", "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀abc", "NULL", "Type"];
    assert_eq!(database.rows("SELECT value FROM a.t ORDER BY value").await, expected);
    let label = "ALTER TYPE \"a \"\"b\"\".c; 🦀 $1 :x %s \\\".\"SELECT 'it''s' -- /* \\ \
                 a_name_that_is_sixty-three_bytes_long_12\" RENAME VALUE ' ' TO '\\'''";
    database.execute(label).await;
    database.execute("DELETE FROM a.t").await;
    let report = ingest::<Row>(&mut client).batches(|_| [Batch::new(rows())]).await.unwrap();
    assert_eq!(statements(&report).len(), 1);
    assert_eq!(database.rows("SELECT value FROM a.t ORDER BY value").await, expected);
    database.execute("UPDATE a.t SET value = '\\''', values = '{\\\\''}' WHERE id = 1").await;
    let error = start_error::<Row>(&database).await;
    assert!(error.to_string().contains(r#"column "values" holds "\\'", a label"#), "{error}");
}

#[tokio::test]
async fn first_creations_at_once_do_not_fail() {
    let database = Database::new().await;
    for round in 0..3 {
        let mut clients = Vec::new();
        for _ in 0..6 {
            clients.push(database.connect().await);
        }
        let ingests = clients.iter_mut().enumerate().map(|(n, client)| {
            let ingest = ingest::<Order>(client).into_table("shop", format!("orders{}", n / 2));
            ingest.batches(move |_| [Batch::new([order(i32::try_from(n).unwrap(), InTransit)])])
        });
        for result in join_all(ingests).await {
            result.unwrap();
        }
        let count = "SELECT count(*) FROM (SELECT state FROM shop.orders0 UNION ALL
            SELECT state FROM shop.orders1 UNION ALL SELECT state FROM shop.orders2) orders";
        assert_eq!(database.row(count).await, "6", "round {round}");
        assert_eq!(database.row(LABELS).await, "Placed, in transit, Delivered");
        database.execute("DROP SCHEMA shop CASCADE; DROP SCHEMA sales CASCADE").await;
    }
}

#[tokio::test]
async fn a_type_made_meanwhile_with_other_labels_is_a_concurrent_ingest() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Order>(&mut client).start::<i32>().await.unwrap();
    database.execute("CREATE SCHEMA sales; CREATE TYPE sales.state AS ENUM ('Placed', 'x')").await;
    let error = session.batch().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    let change = r#"it created the type "sales"."state" with the labels "Placed", "x""#;
    assert!(error.to_string().ends_with(change), "{error}");
    drop(session);
    ingest::<Order>(&mut client).batches(|_| [Batch::new([order(1, InTransit)])]).await.unwrap();
}

#[tokio::test]
async fn a_batch_that_is_rolled_back_leaves_no_type() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let types = "SELECT count(*) FROM pg_type WHERE typname = 'state'";
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        let ingest = ingest::<Order>(&mut client).visibility(visibility);
        let mut session = ingest.start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write(order(1, Placed)).await.unwrap();
        drop(batch);
        assert_eq!(database.row(types).await, "0");
        for id in 0..3 {
            let mut batch = session.batch().await.unwrap();
            batch.write(order(id, Placed)).await.unwrap();
            batch.commit(id).await.unwrap();
        }
        session.finish().await.unwrap();
        assert_eq!(database.row("SELECT count(*) FROM shop.orders").await, "3");
        database.execute("DROP SCHEMA shop CASCADE; DROP SCHEMA sales CASCADE").await;
    }
}

#[tokio::test]
async fn without_a_batch_the_types_exist_afterwards() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let none = || -> [Batch<Iter<Vec<Order>>>; 0] { [] };
    ingest::<Order>(&mut client).batches(|_| none()).await.unwrap();
    assert_eq!(database.row(LABELS).await, "Placed, in transit, Delivered");
    let report = ingest::<Order>(&mut client).batches(|_| none()).await.unwrap();
    assert!(report.migrated.is_empty());
}

#[derive(IngestTable)]
#[ingest(schema = "shop")]
struct Parcel {
    state: Option<State>,
}

#[tokio::test]
async fn tables_share_a_type() {
    #[derive(IngestTables)]
    enum Shop {
        Order(Order),
        Parcel(Parcel),
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for delete in [Delete::Off, Delete::All] {
        let mut session = ingest::<Shop>(&mut client).delete(delete).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write(order(1, InTransit)).await.unwrap();
        batch.write(Parcel { state: Some(Delivered) }).await.unwrap();
        batch.write(Shop::Parcel(Parcel { state: None })).await.unwrap();
        batch.commit(1).await.unwrap();
        let report = session.finish().await.unwrap();
        let types = statements(&report).iter().filter(|sql| sql.contains("TYPE")).count();
        assert_eq!(types, usize::from(delete == Delete::Off));
        let joined = "SELECT o.state, p.state FROM shop.orders o, shop.parcel p ORDER BY p.state";
        assert_eq!(database.rows(joined).await, ["in transit|Delivered", "in transit|∅"]);
    }
    // Tables that come later find the type there.
    database.execute("DROP TABLE shop.parcel").await;
    let report = ingest::<Parcel>(&mut client)
        .batches(|_| [Batch::new([Parcel { state: Some(Placed) }])])
        .await
        .unwrap();
    assert_eq!(statements(&report).len(), 1);
}

#[tokio::test]
async fn a_default_of_an_enum_type_compares_equal() {
    #[derive(IngestTable)]
    #[ingest(schema = "shop")]
    struct Row {
        id: i32,
        #[ingest(default = "'in transit'")]
        state: State,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for migrated in [4, 0] {
        let rows = [Row { id: 1, state: Placed }];
        let report = ingest::<Row>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
        assert_eq!(statements(&report).len(), migrated, "{}", report.migrated);
    }
    database.execute("INSERT INTO shop.row (id) VALUES (2)").await;
    let states = "SELECT state FROM shop.row ORDER BY id";
    assert_eq!(database.rows(states).await, ["Placed", "Placed", "in transit"]);
}
