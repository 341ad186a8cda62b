//! A table that somebody made by hand, with all that such tables have, and ingests into it.

use pg_bulk_ingest::{Batch, Delete, IngestTable, KeptKind, Migration};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "people")]
struct Person {
    email: Option<String>,
    name: Option<String>,
}

/// A field more, and an index.
#[derive(IngestTable)]
#[ingest(table = "people", index(age))]
struct Aged {
    age: Option<i32>,
    email: Option<String>,
    name: Option<String>,
}

fn person(name: &str) -> Person {
    Person { email: Some(format!("{name}@x")), name: Some(name.to_owned()) }
}

fn aged(name: &str) -> Aged {
    Aged { age: Some(7), email: Some(format!("{name}@x")), name: Some(name.to_owned()) }
}

/// Before 12 no column can be generated.
fn people() -> String {
    let generated = if tests::version() < 12 {
        "lower_name text DEFAULT 'x'"
    } else {
        "lower_name text GENERATED ALWAYS AS (lower(name)) STORED"
    };
    format!(
        "CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text,
            name text, created_at timestamptz DEFAULT '2020-01-02', {generated});
        CREATE INDEX by_hand ON people (name, email);
        ALTER TABLE people ADD CONSTRAINT no_spam CHECK (email <> 'spam');
        CREATE VIEW named AS SELECT id, name, lower_name FROM people;
        GRANT SELECT ON people TO pg_monitor; GRANT SELECT (created_at) ON people TO PUBLIC;
        COMMENT ON COLUMN people.id IS 'theirs';
        INSERT INTO people (email, name) VALUES ('old@x', 'Old');"
    )
}

/// All that the table is, but for what the ingest adds to it.
async fn state(database: &Database) -> Vec<String> {
    let mut lines = Vec::new();
    for sql in [
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
            to_jsonb(a) ->> 'attgenerated', pg_get_expr(adbin, adrelid), attacl,
            col_description(attrelid, attnum)
        FROM pg_attribute a LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'people'::regclass AND attnum > 0 AND NOT attisdropped
            AND attname <> 'age' ORDER BY attnum",
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'people'
            AND indexname <> 'people_age_idx' ORDER BY 1",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = 'people'::regclass AND contype <> 'n' ORDER BY 1",
        "SELECT relname, relacl FROM pg_class WHERE relname IN ('people', 'named') ORDER BY 1",
        "SELECT pg_get_viewdef('named'::regclass)",
    ] {
        lines.extend(database.rows(sql).await);
    }
    lines
}

const ROWS: &str =
    "SELECT id, email, created_at::date, lower_name IS NOT NULL FROM people ORDER BY id";

#[tokio::test]
async fn ingests_lose_nothing_of_it() {
    let database = Database::new().await;
    database.execute(&people()).await;
    let before = state(&database).await;
    let mut client = database.connect().await;
    for name in ["a", "b"] {
        let plan = ingest::<Person>(&mut client).plan().await.unwrap();
        assert!(plan.is_empty(), "{plan}");
        let batch =
            |_: Option<String>| [Batch::new([person(name)]).high_watermark(name.to_owned())];
        let report = ingest::<Person>(&mut client).batches(batch).await.unwrap();
        assert!(report.migrated.is_empty(), "{}", report.migrated);
        let kept = report.kept.iter().map(|kept| (kept.kind, kept.name.as_str()));
        let expected = [
            (KeptKind::Column, "id"),
            (KeptKind::Column, "created_at"),
            (KeptKind::Column, "lower_name"),
            (KeptKind::PrimaryKey, "people_pkey"),
            (KeptKind::Index, "by_hand"),
        ];
        assert_eq!(kept.collect::<Vec<_>>(), expected);
        assert_eq!(report.kept, plan.kept());
        assert_eq!(state(&database).await, before);
    }
    let rows = ["1|old@x|2020-01-02|t", "2|a@x|2020-01-02|t", "3|b@x|2020-01-02|t"];
    assert_eq!(database.rows(ROWS).await, rows);
    // A field more, with an index: both are added, in place, at the end.
    let oid = database.row("SELECT 'people'::regclass::oid").await;
    let report = ingest::<Aged>(&mut client)
        .batches(|_: Option<String>| [Batch::new([aged("c")]).high_watermark("c".to_owned())])
        .await
        .unwrap();
    assert!(report.migrated.to_string().contains("ADD COLUMN \"age\""), "{}", report.migrated);
    assert_eq!(database.row("SELECT 'people'::regclass::oid").await, oid);
    assert_eq!(state(&database).await, before);
    // A refresh: another table, with all of it, in its order.
    let report = ingest::<Aged>(&mut client)
        .delete(Delete::All)
        .batches(|_| [Batch::new([aged("d"), aged("e")])])
        .await
        .unwrap();
    assert_eq!(report.tables[0].deleted, 4);
    assert_eq!(state(&database).await, before);
    let rows = ["5|d@x|2020-01-02|t", "6|e@x|2020-01-02|t"];
    assert_eq!(database.rows(ROWS).await, rows);
    assert_eq!(database.row("SELECT count(*), min(id) FROM named").await, "2|5");
    let plan = ingest::<Aged>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    // The field, and its index, go again: they were made by an ingest. The rest stays.
    let report =
        ingest::<Person>(&mut client).batches(|_| [Batch::new([person("f")])]).await.unwrap();
    let dropped = report.migrated.statements().iter().filter(|statement| statement.drops_data());
    let dropped = dropped.map(pg_bulk_ingest::Statement::sql).collect::<Vec<_>>();
    assert_eq!(dropped, [r#"ALTER TABLE "public"."people" DROP COLUMN "age""#]);
    assert_eq!(state(&database).await, before);
    let columns = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'people'::regclass AND attnum > 0 AND NOT attisdropped";
    assert_eq!(database.row(columns).await, "id,email,name,created_at,lower_name");
}

#[tokio::test]
async fn exact_makes_it_the_struct() {
    let database = Database::new().await;
    database.execute(&people()).await;
    database.execute("DROP VIEW named").await;
    let mut client = database.connect().await;
    let exact = ingest::<Person>(&mut client).migration(Migration::Exact);
    let report = exact.batches(|_| [Batch::new([person("a")])]).await.unwrap();
    assert!(report.kept.is_empty());
    let columns = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'people'::regclass AND attnum > 0 AND NOT attisdropped";
    assert_eq!(database.row(columns).await, "email,name");
    assert_eq!(database.row("SELECT count(*) FROM people").await, "2");
}
