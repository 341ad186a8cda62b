//! Tables on which something hangs, migrated: it hangs on them afterwards as if it had been made
//! over the definition in the first place.

use super::definitions::{PLAIN, PLAIN_ROWS, Plain};
use pg_bulk_ingest::{Batch, Cost, ErrorKind, Iter};
use tests::{Database, assert_same, assert_same_views, ingest, snapshot, snapshot_of_views};

/// How the live table differs: in place, and by rebuilds.
const CHANGES: &[&str] = &[
    "ALTER TABLE t ADD more int",
    "ALTER TABLE t ALTER number DROP DEFAULT",
    "ALTER TABLE t ALTER id TYPE smallint",
    "ALTER TABLE t ALTER value TYPE varchar(8)",
    "ALTER TABLE t RENAME number TO old; ALTER TABLE t ADD number float8 NOT NULL DEFAULT 1 + 1;
        ALTER TABLE t DROP value, ADD value varchar(16); ALTER TABLE t DROP old;
        CREATE INDEX t_value_idx ON t (value)",
];

const EMPTY: &str =
    "DROP PUBLICATION IF EXISTS p; DROP SCHEMA public CASCADE; CREATE SCHEMA public";

/// What hangs on it.
const HANGING: &[&str] = &[
    "CREATE VIEW v AS SELECT id, value, number FROM t WHERE id > 0",
    "CREATE VIEW v AS SELECT id, value FROM t; CREATE VIEW w AS SELECT v.id, u.value FROM v JOIN t u USING (id);
        CREATE VIEW x AS SELECT * FROM w; COMMENT ON VIEW x IS 'of views'",
    "CREATE MATERIALIZED VIEW m AS SELECT id, value FROM t; CREATE UNIQUE INDEX m_id ON m (id);
        CREATE VIEW over_m AS SELECT count(*) AS n FROM m",
    "CREATE TABLE o (t int, value text); CREATE VIEW v AS SELECT id FROM t;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER r INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE PROCEDURE f()",
    "CREATE TABLE o (t int REFERENCES t ON DELETE CASCADE); INSERT INTO o VALUES (1)",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER r BEFORE UPDATE OF id ON t FOR EACH ROW WHEN (new.id > 5) EXECUTE PROCEDURE f()",
    "CREATE POLICY p ON t USING (id > 0) WITH CHECK (value <> 'x')",
    "ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0 AND value <> 'x')",
    "CREATE RULE r AS ON DELETE TO t WHERE old.id = 77 DO INSTEAD NOTHING",
    "CREATE STATISTICS s ON id, value FROM t; COMMENT ON COLUMN t.id IS 'key'",
    "CREATE PUBLICATION p FOR TABLE t; ALTER TABLE t SET (fillfactor = 70)",
];

#[tokio::test]
async fn what_hangs_on_a_table_hangs_on_it_as_if_made_over_the_definition() {
    let (database, expected) = (Database::new().await, Database::new().await);
    let mut client = database.connect().await;
    for hanging in HANGING {
        for database in [&database, &expected] {
            database.execute(EMPTY).await;
        }
        expected.execute(&format!("{PLAIN}{PLAIN_ROWS}{hanging}")).await;
        let tables = snapshot(&expected).await;
        let views = snapshot_of_views(&expected).await;
        for change in CHANGES {
            let what = format!("{change}: {hanging}");
            database.execute(EMPTY).await;
            database.execute(&format!("{PLAIN}{PLAIN_ROWS}{change};{hanging}")).await;
            let plan = ingest::<Plain>(&mut client).plan().await;
            let plan = plan.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            assert!(!plan.is_empty(), "{what}");
            let migrated = ingest::<Plain>(&mut client).migrate().await;
            migrated.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            // A NOT NULL constraint keeps the name that it has (from 18 on it has one).
            let found = snapshot(&database).await;
            let found = found.iter().map(|line| line.replace("_not_null1", "_not_null"));
            assert_same(&tables, &found.collect::<Vec<_>>(), &what);
            assert_same_views(&views, &snapshot_of_views(&database).await, &what);
            let again = ingest::<Plain>(&mut client).plan().await.unwrap();
            assert!(again.is_empty(), "{what}: {again}");
            assert_eq!(database.row("SELECT count(*) FROM t").await, "2", "{what}");
        }
    }
}

async fn refused(live: &str) -> (ErrorKind, Vec<String>) {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS}{live}")).await;
    let mut client = database.connect().await;
    let batches = |_| -> [Batch<Iter<Vec<Plain>>>; 0] { panic!("asked for batches") };
    let before = (snapshot(&database).await, snapshot_of_views(&database).await);
    let error = ingest::<Plain>(&mut client).batches(batches).await.unwrap_err();
    assert_eq!((snapshot(&database).await, snapshot_of_views(&database).await), before);
    let kind = match error.kind() {
        ErrorKind::View { view } => ErrorKind::View { view: view.clone() },
        ErrorKind::DependentObjects { objects } => {
            ErrorKind::DependentObjects { objects: objects.clone() }
        }
        _ => panic!("{error:?}"),
    };
    (kind, database.rows("SELECT id FROM t ORDER BY id").await)
}

#[tokio::test]
async fn a_view_that_cannot_be_made_over_the_definition_is_named_before_the_load() {
    let live = "ALTER TABLE t ALTER id TYPE text; CREATE VIEW v AS SELECT 1 AS one FROM t;
        CREATE VIEW w AS SELECT substr(id, 1, 2) || 'x' AS cut FROM t";
    let (kind, rows) = refused(live).await;
    let ErrorKind::View { view } = kind else { panic!("{kind:?}") };
    assert_eq!(view.to_string(), r#""public"."w""#);
    assert_eq!(rows, ["1", "2"]);
}

#[tokio::test]
async fn a_view_of_a_column_that_is_dropped_is_named_before_a_rebuild() {
    let live =
        "ALTER TABLE t ALTER id TYPE bigint, ADD more int; CREATE VIEW v AS SELECT more FROM t";
    let (kind, _) = refused(live).await;
    let ErrorKind::DependentObjects { objects } = kind else { panic!("{kind:?}") };
    assert!(objects.iter().any(|object| object.contains(r#"view "public"."v""#)), "{objects:?}");
}

#[tokio::test]
async fn the_plan_of_a_rebuild_says_what_is_made_again() {
    let database = Database::new().await;
    let live = "ALTER TABLE t ALTER id TYPE bigint; CREATE VIEW v AS SELECT id FROM t;
        ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0);
        CREATE TABLE o (t bigint REFERENCES t)";
    database.execute(&format!("{PLAIN}{PLAIN_ROWS}{live}")).await;
    let mut client = database.connect().await;
    let plan = ingest::<Plain>(&mut client).plan().await.unwrap();
    for made in [r#"DROP VIEW "public"."v""#, r#"VIEW "public"."v""#, "CHECK", "FOREIGN KEY"] {
        let found = plan.statements().iter().filter(|statement| statement.sql().contains(made));
        assert!(found.count() > 0, "{made}: {plan}");
    }
    let rewrites = plan.statements().iter().filter(|statement| statement.cost() == Cost::Rewrite);
    assert_eq!(rewrites.count(), 1);
}
