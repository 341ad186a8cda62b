//! Every form of index: it is what the struct says, equal with itself on the second run, and kept
//! by name when the table is replaced.

use pg_bulk_ingest::{Batch, Delete, Error, ErrorKind, IngestTable, Iter};
use tests::{Database, ingest};
use tokio_postgres::Client;

macro_rules! forms {
    ($({$($container:tt)*} {$($field:tt)*} => $expected:expr;)*) => {
        [$({
            #[derive(IngestTable)]
            #[ingest(table = "t", $($container)*)]
            struct Row {
                #[ingest(primary_key)]
                id: i32,
                #[ingest($($field)*)]
                a: String,
                b: Option<i64>,
                tags: Vec<String>,
            }
            Form {
                is: stringify!($($container)* / $($field)*),
                expected: $expected,
                run: |client, delete| Box::pin(async move {
                    let row = |id| Row { id, a: format!("A{id}"), b: None, tags: Vec::new() };
                    let rows = [row(1), row(2)];
                    let ingest = ingest::<Row>(client).delete(delete);
                    let ended = ingest.batches(|_| [Batch::new(rows)]).await;
                    ended.map(|report| report.migrated.to_string())
                }),
            }
        }),*]
    };
}

type Run =
    for<'c> fn(&'c mut Client, Delete) -> pg_bulk_ingest::BoxFuture<'c, Result<String, Error>>;

struct Form {
    is: &'static str,
    expected: &'static str,
    run: Run,
}

const INDEX: &str = "
    SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') FROM pg_index
    WHERE indrelid = 't'::regclass AND NOT indisprimary";

const OIDS: &str = "
    SELECT indexrelid, relname, pg_relation_filenode(indexrelid)
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    WHERE indrelid = 't'::regclass ORDER BY 1";

#[tokio::test]
async fn each_form_is_made_kept_and_carried_over() {
    let forms = forms! {
        {index(a, b)} {} => "btree (a, b)";
        {index(tags, using = "gin")} {} => "gin (tags)";
        {index(a, include(b, tags))} {} => "btree (a) INCLUDE (b, tags)";
        {index(a, where = "b IS NULL")} {} => "btree (a) WHERE (b IS NULL)";
        {index(on(a desc, b asc))} {} => "btree (a DESC, b)";
        {index(on(a desc nulls last, b asc nulls first))} {}
            => "btree (a DESC NULLS LAST, b NULLS FIRST)";
        {index(on(b desc nulls first, id asc nulls last))} {} => "btree (b DESC, id)";
        {index(on(a(opclass = "text_pattern_ops")))} {} => "btree (a text_pattern_ops)";
        {index(on(a(collate = "\"C\"", opclass = "text_ops") desc))} {}
            => "btree (a COLLATE \"C\" DESC)";
        {index(on(a, a(opclass = "text_pattern_ops")))} {} => "btree (a, a text_pattern_ops)";
        {index(on(expr = "lower(a)"))} {} => "btree (lower(a))";
        {index(on(expr = "b + 1" desc nulls last, a))} {}
            => "btree (((b + 1)) DESC NULLS LAST, a)";
        {index(on(expr = "lower(a)"(opclass = "text_pattern_ops"), b), include(tags),
            where = "a <> '' AND b > 1")} {}
            => "btree (lower(a) text_pattern_ops, b) INCLUDE (tags) \
                WHERE ((a <> ''::text) AND (b > 1))";
        {index(on(tags(opclass = "array_ops")), using = "gin")} {} => "gin (tags)";
        {index(id, using = "hash")} {} => "hash (id)";
        {index(id, b, using = "brin")} {} => "brin (id, b)";
        {index(sql = "USING gin (to_tsvector('english', a)) WITH (fastupdate = off)")} {}
            => "gin (to_tsvector('english'::regconfig, a)) WITH (fastupdate=off)";
        {index(sql = "(b) WHERE b > 0")} {} => "btree (b) WHERE (b > 0)";
        {} {index} => "btree (a)";
        {} {index(desc nulls last)} => "btree (a DESC NULLS LAST)";
        {} {index(using = "hash")} => "hash (a)";
        {} {index(opclass = "text_pattern_ops", where = "b > 0", include(b))}
            => "btree (a text_pattern_ops) INCLUDE (b) WHERE (b > 0)";
        {unique(a, b)} {} => "btree (a, b)";
        {unique(a, include(b))} {} => "btree (a) INCLUDE (b)";
        {} {unique} => "btree (a)";
    };
    let database = Database::new().await;
    let mut client = database.connect().await;
    for Form { is, expected, run } in forms {
        let created = run(&mut client, Delete::Off).await;
        if tests::version() < 11 && expected.contains(" INCLUDE ") {
            let error = created.unwrap_err();
            let needs = "an index with `include` needs PostgreSQL 11 or later";
            assert!(error.to_string().contains(needs), "{is}: {error}");
            assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{is}: {error:?}");
            assert_eq!(database.row("SELECT to_regclass('t')").await, "∅", "{is}");
            continue;
        }
        assert_ne!(created.unwrap(), "", "{is}");
        assert_eq!(database.row(INDEX).await, expected, "{is}");
        let before = database.rows(OIDS).await;
        assert_eq!(run(&mut client, Delete::Off).await.unwrap(), "", "{is}");
        assert_eq!(database.rows(OIDS).await, before, "{is}");
        database.execute(&rename(&database).await).await;
        assert_eq!(run(&mut client, Delete::BeforeFirstBatch).await.unwrap(), "", "{is}");
        assert_eq!(database.row(INDEX).await, expected, "{is}");
        let names = "SELECT relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid
            WHERE indrelid = 't'::regclass ORDER BY 1";
        assert_eq!(database.rows(names).await, ["Kept 🦀", "t_pkey"], "{is}");
        assert_eq!(run(&mut client, Delete::Off).await.unwrap(), "", "{is}");
        database.execute("DROP TABLE t").await;
    }
}

async fn rename(database: &Database) -> String {
    let index = "SELECT relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        WHERE indrelid = 't'::regclass AND NOT indisprimary";
    format!(r#"ALTER INDEX "{}" RENAME TO "Kept 🦀""#, database.row(index).await)
}

#[derive(IngestTable, Clone)]
#[ingest(table = "t", unique(a, b, nulls_not_distinct, include(c)))]
struct Nulls {
    #[ingest(primary_key)]
    id: i32,
    a: Option<i32>,
    b: Option<i32>,
    c: i32,
    #[ingest(unique(nulls_not_distinct))]
    d: Option<i32>,
}

#[tokio::test]
async fn nulls_are_equal_in_a_constraint_that_says_so() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let none: [Batch<Iter<Vec<Nulls>>>; 0] = [];
    let created = ingest::<Nulls>(&mut client).batches(|_| none.clone()).await;
    if tests::version() < 15 {
        let error = created.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
        assert_eq!(database.row("SELECT to_regclass('t')").await, "∅");
        return;
    }
    created.unwrap();
    let index = "SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') FROM pg_index
        WHERE indrelid = 't'::regclass AND NOT indisprimary ORDER BY indnatts DESC";
    assert_eq!(
        database.rows(index).await,
        ["btree (a, b) INCLUDE (c) NULLS NOT DISTINCT", "btree (d) NULLS NOT DISTINCT"]
    );
    let before = database.rows(OIDS).await;
    let report = ingest::<Nulls>(&mut client).batches(|_| none.clone()).await.unwrap();
    assert!(report.migrated.is_empty());
    assert_eq!(database.rows(OIDS).await, before);
    let row = |id, a, d| Nulls { id, a, b: None, c: id, d };
    let rows = [row(1, None, Some(1)), row(2, Some(1), Some(2)), row(3, None, Some(3))];
    for delete in [Delete::Off, Delete::BeforeFirstBatch] {
        let ingest = ingest::<Nulls>(&mut client).delete(delete);
        let error = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "23505");
        assert_eq!(error.row(), Some(3), "{error:?}");
    }
    let rows = [row(1, None, None), row(2, Some(1), Some(2))];
    ingest::<Nulls>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(database.rows("SELECT id FROM t ORDER BY id").await, ["1", "2"]);
}

#[test]
fn names_are_the_columns_not_the_fields() {
    #[derive(IngestTable)]
    #[ingest(rename_all = "camelCase", index(on(r#type desc), include(first_name)))]
    struct Row {
        r#type: i32,
        first_name: String,
    }
    let index = Row::TABLE.indexes()[0];
    assert_eq!(index.columns(), [0]);
    assert_eq!(index.include(), [1]);
    assert!(index.keys()[0].is_descending() && index.keys()[0].is_nulls_first());
    assert_eq!(Row::TABLE.columns()[1].name(), "firstName");
}
