//! What hangs on a table and would be lost with it is named, and the table is not replaced.

use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, ingest};
use tests::Database;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: Option<String>,
}

/// What hangs on the table, and how it is described.
const ATTACHED: &[(&str, &str)] = &[
    ("CREATE TABLE o (t int REFERENCES t)", "foreign key constraint o_t_fkey on table public.o"),
    (
        "CREATE TABLE o (id int PRIMARY KEY); ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES o
                NOT VALID",
        "constraint t_id_fkey on table public.t",
    ),
    ("ALTER TABLE t ADD CHECK (id > 0)", "constraint t_id_check on table public.t"),
    ("ALTER TABLE t ADD EXCLUDE (id WITH =)", "constraint t_id_excl on table public.t"),
    (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
             CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "trigger r on table public.t",
    ),
    ("CREATE RULE r AS ON DELETE TO t DO NOTHING", "rule r on table public.t"),
    ("CREATE POLICY p ON t USING (true)", "policy p on table public.t"),
    ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "row-level security"),
    ("ALTER TABLE t FORCE ROW LEVEL SECURITY", "forced row-level security"),
    ("CREATE PUBLICATION p FOR TABLE t", "publication of table public.t in publication p"),
    ("CREATE STATISTICS s ON id, value FROM t", "statistics object public.s"),
    ("CREATE SEQUENCE s OWNED BY t.id", "sequence public.s"),
    ("CREATE TABLE c () INHERITS (t)", "table public.c"),
    ("CREATE TABLE u (row t)", "table public.u"),
    ("CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS 'SELECT 1'", "function public.f(public.t)"),
    ("COMMENT ON COLUMN t.value IS 'x'", "the comment on column value of table public.t"),
    ("COMMENT ON INDEX t_pkey IS 'x'", "the comment on index public.t_pkey"),
    (
        "COMMENT ON CONSTRAINT t_pkey ON t IS 'x'",
        "the comment on constraint t_pkey on table public.t",
    ),
    ("ALTER TABLE t SET (fillfactor = 50)", "the storage parameters fillfactor=50"),
    (
        "ALTER TABLE t SET (toast.autovacuum_enabled = off)",
        "the storage parameters of its TOAST table autovacuum_enabled=off",
    ),
    ("ALTER TABLE t SET UNLOGGED", "that it is unlogged"),
    ("ALTER TABLE t REPLICA IDENTITY FULL", "its replica identity"),
    ("ALTER TABLE t CLUSTER ON t_pkey", "the CLUSTER mark of index public.t_pkey"),
    ("ALTER TABLE t ALTER value SET (n_distinct = 5)", "the options of column value"),
    ("ALTER TABLE t ALTER value SET STATISTICS 500", "the statistics target of column value"),
    ("ALTER TABLE t ALTER value SET STORAGE MAIN", "the storage of column value"),
    (
        "CREATE ROLE {role} LOGIN; GRANT SELECT ON t TO {role} WITH GRANT OPTION;
             SET ROLE {role}; GRANT SELECT ON t TO PUBLIC",
        "a grant by {role}, who is not the owner",
    ),
];

/// The same, from PostgreSQL 14 on.
const ATTACHED_FROM_14: (&str, &str) = (
    "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql
        BEGIN ATOMIC SELECT count(*) FROM t; END",
    "function public.f()",
);

#[tokio::test]
async fn each_is_refused_before_the_batches_are_asked_for() {
    let from_14 = tests::version() >= 14;
    for (sql, object) in ATTACHED.iter().chain(from_14.then_some(&ATTACHED_FROM_14)) {
        let database = Database::new().await;
        let mut client = database.connect().await;
        let rows = [Row { id: 1, value: None }];
        ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
        database.execute(&sql.replace("{role}", &database.role("grantor"))).await;
        let error = ingest::<Row>(&mut client)
            .delete(Delete::BeforeFirstBatch)
            .batches(|_| -> [Batch<pg_bulk_ingest::Iter<Vec<Row>>>; 0] { panic!("not asked for") })
            .await
            .unwrap_err();
        let ErrorKind::Attached { objects } = error.kind() else { panic!("{sql}: {error:?}") };
        assert_eq!(*objects, [object.replace("{role}", &database.role("grantor"))], "{sql}");
        assert_eq!(
            error.to_string(),
            format!(
                r#"cannot delete by replacing the table: "public"."t": these hang on the table and would be lost with it: {}"#,
                objects[0]
            )
        );
        assert_eq!(database.row("SELECT count(*) FROM t").await, "1");
    }
}

#[tokio::test]
async fn what_comes_to_hang_on_it_during_the_load_is_not_lost() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [Row { id: 1, value: None }];
    ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let ingest = ingest::<Row>(&mut client).delete(Delete::BeforeFirstBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(&rows).await.unwrap();
    let function = "CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS 'SELECT 1'";
    database.execute(function).await;
    let error = batch.commit(2).await.unwrap_err();
    assert_eq!(error.to_string(), r#"cannot replace the table: "public"."t", batch 1"#);
    assert_eq!(error.code().unwrap().code(), "2BP01");
    drop(session);
    assert_eq!(database.row("SELECT f(t) FROM t").await, "1");
}
