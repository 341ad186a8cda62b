//! What there is to say of a view is the same afterwards, but for its rows.

use super::{replace, with_rows};
use pg_bulk_ingest::Delete;
use tests::{assert_same_views, snapshot_of_views};
use tokio::task::JoinSet;

/// Views, a query, and what it answers for the rows 3 and 4.
struct Case {
    /// The first version that has it.
    from: u32,
    sql: &'static str,
    query: &'static str,
    rows: &'static [&'static str],
}

const fn case(sql: &'static str, query: &'static str, rows: &'static [&'static str]) -> Case {
    Case { from: 10, sql, query, rows }
}

const NEW: &[&str] = &["3", "4"];

const CASES: &[Case] = &[
    case(
        "CREATE VIEW a AS SELECT id, value FROM t; CREATE VIEW b AS SELECT id FROM a;
         CREATE VIEW c AS SELECT id + 1 AS next FROM b",
        "SELECT next - 1 FROM c ORDER BY 1",
        NEW,
    ),
    // By several paths, in an order that is not that of their names.
    case(
        "CREATE VIEW z AS SELECT * FROM t; CREATE VIEW y AS SELECT id FROM z;
         CREATE VIEW x AS SELECT id FROM z JOIN t USING (id);
         CREATE VIEW a AS SELECT x.id FROM x JOIN y USING (id) JOIN t USING (id)",
        "SELECT id FROM a ORDER BY 1",
        NEW,
    ),
    // Views that read each other: nobody can read them, but they are there.
    case(
        "CREATE VIEW a AS SELECT NULL::int AS id, NULL::text COLLATE \"C\" AS value;
         CREATE VIEW b AS SELECT id, value FROM a WHERE id IN (SELECT id FROM t);
         CREATE VIEW c AS SELECT * FROM b;
         CREATE OR REPLACE VIEW a WITH (security_barrier) AS
             SELECT id, value FROM c UNION ALL SELECT id, value COLLATE \"C\" FROM t;
         COMMENT ON VIEW a IS 'round'; CREATE VIEW d AS SELECT 'x' || a.value AS v FROM a",
        "SELECT id FROM t ORDER BY 1",
        NEW,
    ),
    // A circle by way of a rule.
    case(
        "CREATE VIEW a AS SELECT id FROM t; CREATE VIEW b AS SELECT id FROM a;
         CREATE RULE r AS ON INSERT TO a DO INSTEAD DELETE FROM b WHERE id = NEW.id",
        "SELECT id FROM b ORDER BY 1",
        NEW,
    ),
    case(
        "CREATE SCHEMA s; CREATE VIEW s.t AS SELECT id FROM t; CREATE VIEW v AS SELECT * FROM s.t;
         CREATE MATERIALIZED VIEW s.m AS SELECT t.id, n.id AS n FROM s.t JOIN t n USING (id);
         SET search_path = s; CREATE TABLE other (id int); CREATE OPERATOR s.+ (
             PROCEDURE = int4mi, LEFTARG = int, RIGHTARG = int);
         CREATE VIEW w AS SELECT (id OPERATOR(s.+) 1) + 1 AS id FROM public.v",
        "SELECT id FROM s.w JOIN s.m USING (id) JOIN v USING (id) ORDER BY 1",
        NEW,
    ),
    case(
        r#"CREATE SCHEMA "s.'""s"; CREATE VIEW "s.'""s"."v ""🦀" AS SELECT id AS "a ""b", value AS "select" FROM t;
         CREATE MATERIALIZED VIEW "s.'""s"."from" AS SELECT * FROM "s.'""s"."v ""🦀";
         CREATE UNIQUE INDEX "ix ""1" ON "s.'""s"."from" ("a ""b");
         COMMENT ON COLUMN "s.'""s"."from"."select" IS 'it''s \ here'"#,
        r#"SELECT "a ""b" FROM "s.'""s"."from" ORDER BY 1"#,
        NEW,
    ),
    case(
        "CREATE VIEW v WITH (security_barrier, check_option = local) AS SELECT * FROM t WHERE id > 0;
         CREATE VIEW w WITH (check_option = cascaded) AS SELECT * FROM v;
         COMMENT ON VIEW v IS 'the view'; COMMENT ON COLUMN v.id IS 'the id';
         COMMENT ON TYPE v IS 'the type'",
        "SELECT id FROM w ORDER BY 1",
        NEW,
    ),
    Case {
        from: 15,
        sql: "CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM t",
        query: "SELECT id FROM v ORDER BY 1",
        rows: NEW,
    },
    case(
        "CREATE VIEW v AS SELECT * FROM t; ALTER TABLE v RENAME COLUMN value TO old;
         CREATE VIEW w AS SELECT v.old FROM v; ALTER TABLE v RENAME COLUMN old TO new",
        "SELECT w.old FROM w JOIN v ON v.new = w.old ORDER BY 1",
        &["v3", "v4"],
    ),
    case(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN INSERT INTO t VALUES (NEW.id, NEW.value); RETURN NEW; END';
         CREATE VIEW v AS SELECT id, value FROM t WHERE id > 0 GROUP BY id;
         ALTER VIEW v ALTER COLUMN value SET DEFAULT 'by default';
         CREATE TRIGGER r INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE PROCEDURE f();
         COMMENT ON TRIGGER r ON v IS 'the trigger'",
        "INSERT INTO v (id) VALUES (5); SELECT value FROM t ORDER BY id",
        &["v3", "v4", "by default"],
    ),
    case(
        "CREATE VIEW v AS SELECT id FROM t; CREATE TABLE log (id int);
         CREATE RULE r AS ON DELETE TO v DO INSTEAD (
             INSERT INTO log VALUES (OLD.id); DELETE FROM t WHERE t.id = OLD.id);
         COMMENT ON RULE r ON v IS 'the rule'",
        "DELETE FROM v WHERE id = 3; SELECT log.id, t.id FROM log, t",
        &["3|4"],
    ),
    // A view that only writes into the table.
    case(
        "CREATE VIEW v AS SELECT 1 AS id;
         CREATE RULE r AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (NEW.id, 'by rule')",
        "INSERT INTO v VALUES (5); SELECT id FROM t ORDER BY 1",
        &["3", "4", "5"],
    ),
    case(
        "CREATE RECURSIVE VIEW v (id) AS
             SELECT id FROM t UNION ALL SELECT id - 1 FROM v WHERE id > 3;
         CREATE VIEW w AS SELECT t, t.* FROM t; CREATE VIEW u AS SELECT w FROM w",
        "SELECT (w.t).id FROM w WHERE w.id IN (SELECT v.id FROM v) ORDER BY 1",
        NEW,
    ),
    case(
        "CREATE MATERIALIZED VIEW m WITH (fillfactor = 70, toast.autovacuum_enabled = off) AS
             SELECT id, value, length(value) AS n FROM t;
         CREATE UNIQUE INDEX the_key ON m (id); CREATE INDEX ON m (lower(value)) WHERE id > 0;
         ALTER MATERIALIZED VIEW m CLUSTER ON the_key;
         ALTER MATERIALIZED VIEW m ALTER id SET STATISTICS 50;
         ALTER MATERIALIZED VIEW m ALTER id SET (n_distinct = 7);
         ALTER MATERIALIZED VIEW m ALTER value SET STORAGE EXTERNAL;
         COMMENT ON MATERIALIZED VIEW m IS 'stored'; COMMENT ON COLUMN m.id IS 'x';
         COMMENT ON INDEX the_key IS 'the key'",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY m; SELECT id FROM m ORDER BY 1",
        NEW,
    ),
    Case {
        from: 11,
        sql: "CREATE MATERIALIZED VIEW m AS SELECT * FROM t; CREATE INDEX i ON m ((id + 1));
              ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 70;
              CREATE UNIQUE INDEX k ON m (id); ALTER MATERIALIZED VIEW m REPLICA IDENTITY FULL",
        query: "SELECT id FROM m ORDER BY 1",
        rows: NEW,
    },
    case(
        "CREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA; CREATE INDEX ON m (id)",
        "SELECT id FROM t ORDER BY 1",
        NEW,
    ),
    case(
        "CREATE VIEW a AS SELECT id FROM t; CREATE MATERIALIZED VIEW b AS SELECT id FROM a;
         CREATE VIEW c AS SELECT id FROM b JOIN t USING (id);
         CREATE MATERIALIZED VIEW d AS SELECT id FROM c JOIN a USING (id);
         CREATE VIEW e AS SELECT id FROM d",
        "SELECT id FROM e ORDER BY 1",
        NEW,
    ),
    // The text of the query does not tell what it reads.
    case(
        "CREATE MATERIALIZED VIEW m AS SELECT id, 't'::regclass::text AS name FROM t;
         CREATE VIEW public AS SELECT id AS t FROM t;
         CREATE MATERIALIZED VIEW n AS SELECT public.t FROM public",
        "SELECT id FROM m JOIN n ON id = n.t WHERE name ~ 't$' ORDER BY 1",
        NEW,
    ),
];

#[tokio::test]
async fn all_of_it() {
    let version = tests::version();
    let mut running = JoinSet::new();
    for case in CASES.iter().filter(|case| case.from <= version) {
        for delete in [Delete::BeforeFirstBatch, Delete::All] {
            running.spawn(is_kept(case, delete));
        }
    }
    let mut failed = 0;
    while let Some(result) = running.join_next().await {
        failed += u32::from(result.is_err());
    }
    assert_eq!(failed, 0, "what failed is printed above");
}

async fn is_kept(case: &Case, delete: Delete) {
    let Case { sql, query, rows, .. } = case;
    let database = with_rows().await;
    let mut client = database.connect().await;
    database.execute(sql).await;
    let before = snapshot_of_views(&database).await;
    let path = "SELECT current_setting('search_path')";
    let set = tests::rows(&client, path).await;
    let replaced = replace(&mut client, delete, &[3, 4]).await;
    replaced.unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    assert_same_views(&before, &snapshot_of_views(&database).await, sql);
    assert_eq!(database.rows(query).await, *rows, "{sql}");
    assert_eq!(tests::rows(&client, path).await, set);
    let hidden = "SELECT nspname FROM pg_namespace WHERE nspname ~ 'bulk_ingest'";
    assert_eq!(database.rows(hidden).await, [""; 0]);
}

#[tokio::test]
async fn by_a_hostile_search_path_and_tablespace() {
    let database = with_rows().await;
    database
        .execute(
            "CREATE SCHEMA s; CREATE FUNCTION s.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS
                 $$SELECT 'wrong'$$;
             CREATE MATERIALIZED VIEW m AS SELECT lower(value) AS value FROM t;
             CREATE INDEX ON m (lower(value)); CREATE VIEW v AS SELECT lower(value) FROM t",
        )
        .await;
    if tests::version() < 17 {
        // A query is run under the session's own path, as long as PostgreSQL does so, too.
        let helper = "SET search_path = s; CREATE TABLE only_here (id int);
             CREATE FUNCTION helper(int) RETURNS bigint LANGUAGE sql AS
                 'SELECT count(*) FROM only_here';
             CREATE MATERIALIZED VIEW n AS SELECT helper(id) FROM public.t";
        database.execute(helper).await;
    }
    let before = snapshot_of_views(&database).await;
    let mut client = database.connect().await;
    client.batch_execute("SET search_path = s, pg_catalog, public").await.unwrap();
    replace(&mut client, Delete::All, &[3]).await.unwrap();
    assert_same_views(&before, &snapshot_of_views(&database).await, "");
    assert_eq!(database.rows("SELECT value FROM m").await, ["v3"]);
    let path = tests::rows(&client, "SHOW search_path").await;
    assert_eq!(path, ["s, pg_catalog, public"]);
}
