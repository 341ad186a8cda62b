//! A table that does not exist is created; one that is as it is defined is left alone.

use pg_bulk_ingest::{Batch, IngestTable};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(schema = "sales", table = "orders", primary_key(shop, id), unique(reference))]
#[ingest(index(shop, placed), index(tags, using = "gin"))]
struct Order<'a> {
    id: i64,
    shop: i32,
    #[ingest(sql_type = "varchar(16)")]
    reference: &'a str,
    placed: Option<chrono::NaiveDate>,
    tags: Vec<&'a str>,
    #[ingest(default = "now()")]
    seen: chrono::DateTime<chrono::Utc>,
    #[ingest(collate = "\"C\"", index)]
    code: Option<&'a str>,
    #[ingest(sql_type = "json", json)]
    raw: serde_json::Value,
}

const COLUMNS: &str = "
    SELECT attname, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid), collname
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON (adrelid, adnum) = (attrelid, attnum)
    LEFT JOIN pg_collation o ON o.oid = attcollation
    WHERE attrelid = 'sales.orders'::regclass AND attnum > 0 ORDER BY attnum";

const INDEXES: &str = "
    SELECT pg_get_indexdef(indexrelid), (SELECT contype FROM pg_constraint
        WHERE conindid = indexrelid)
    FROM pg_index WHERE indrelid = 'sales.orders'::regclass ORDER BY 1";

#[tokio::test]
async fn it_has_the_columns_and_indexes_of_the_struct() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let none: [Batch<pg_bulk_ingest::Iter<Vec<Order<'_>>>>; 0] = [];
    let report = ingest::<Order<'_>>(&mut client).batches(|_| none).await.unwrap();
    assert_eq!(
        database.rows(COLUMNS).await,
        [
            "id|bigint|t|∅|∅",
            "shop|integer|t|∅|∅",
            "reference|character varying(16)|t|∅|default",
            "placed|date|f|∅|∅",
            "tags|text[]|t|∅|default",
            "seen|timestamp with time zone|t|now()|∅",
            "code|text|f|∅|C",
            "raw|json|t|∅|∅",
        ]
    );
    let indexes = [
        "CREATE INDEX orders_code_idx ON sales.orders USING btree (code)|∅",
        "CREATE INDEX orders_shop_placed_idx ON sales.orders USING btree (shop, placed)|∅",
        "CREATE INDEX orders_tags_idx ON sales.orders USING gin (tags)|∅",
        "CREATE UNIQUE INDEX orders_pkey ON sales.orders USING btree (shop, id)|p",
        "CREATE UNIQUE INDEX orders_reference_key ON sales.orders USING btree (reference)|u",
    ];
    assert_eq!(database.rows(INDEXES).await, indexes);
    let statements = report.migrated.statements();
    assert_eq!(statements[0].sql(), r#"CREATE SCHEMA "sales""#);
    assert_eq!(statements.len(), 2 + indexes.len(), "{}", report.migrated);
}

#[tokio::test]
async fn it_is_not_seen_before_its_rows() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Order<'_>>(&mut client).start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    let seen = chrono::DateTime::UNIX_EPOCH;
    let raw = serde_json::json!({"a": [1, 2]});
    let order = |id| Order {
        id,
        shop: 1,
        reference: "r",
        placed: None,
        tags: vec!["x", "y"],
        seen,
        code: None,
        raw: raw.clone(),
    };
    batch.write(&order(1)).await.unwrap();
    let schemas = "SELECT 1 FROM pg_namespace WHERE nspname = 'sales'";
    assert_eq!(database.rows(schemas).await, [""; 0]);
    batch.commit(1).await.unwrap();
    let all = "SELECT id, shop, reference, placed, tags, seen, code, raw FROM sales.orders";
    let row = r#"1|1|r|∅|{x,y}|1970-01-01 00:00:00+00|∅|{"a":[1,2]}"#;
    assert_eq!(database.row(&format!("SET timezone = 'UTC'; {all}")).await, row);
    session.finish().await.unwrap();
}

#[tokio::test]
async fn a_table_that_is_as_it_is_defined_is_left_alone() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let none = || -> [Batch<pg_bulk_ingest::Iter<Vec<Order<'_>>>>; 0] { [] };
    ingest::<Order<'_>>(&mut client).batches(|_| none()).await.unwrap();
    let state = "
        SELECT oid, xmin, relfilenode FROM pg_class
        WHERE relnamespace = 'sales'::regnamespace ORDER BY oid";
    let before = database.rows(state).await;
    database
        .execute(
            "CREATE TABLE ddl (tag text);
             CREATE FUNCTION record_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
                $$BEGIN INSERT INTO ddl VALUES (tg_tag); END$$;
             CREATE EVENT TRIGGER record_ddl ON ddl_command_end EXECUTE PROCEDURE record_ddl()",
        )
        .await;
    let report = ingest::<Order<'_>>(&mut client).batches(|_| none()).await.unwrap();
    assert!(report.migrated.is_empty(), "{}", report.migrated);
    assert_eq!(database.rows(state).await, before);
    assert_eq!(database.rows("SELECT tag FROM ddl").await, [""; 0]);
}

#[tokio::test]
async fn into_table_names_another_table() {
    let database = Database::new().await;
    let mut client = database.connect().await;

    #[derive(IngestTable)]
    struct Row {
        id: i32,
    }
    let rows = [Row { id: 1 }];
    for name in ["one", "two"] {
        let ingest = ingest::<Row>(&mut client).into_table("else where", name);
        ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
    }
    let all = r#"SELECT one.id, two.id FROM "else where".one, "else where".two"#;
    assert_eq!(database.row(all).await, "1|1");
    assert_eq!(database.rows("SELECT 1 FROM pg_class WHERE relname = 'row'").await, [""; 0]);
}
