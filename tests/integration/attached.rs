//! What hangs on a table and cannot be carried over is named, and the table is not replaced.

use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: Option<String>,
}

/// What hangs on the table, and how it is described.
const ATTACHED: &[(&str, &str)] = &[
    ("CREATE TABLE c () INHERITS (t)", "table public.c"),
    ("CREATE TABLE p (); ALTER TABLE t INHERIT p", "inheritance from table public.p"),
    ("CREATE TABLE u (row t)", "table public.u"),
    ("CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS 'SELECT 1'", "function public.f(public.t)"),
    (
        "CREATE TABLE o (id int); CREATE RULE r AS ON INSERT TO o DO ALSO DELETE FROM t",
        "rule r on table public.o",
    ),
    (
        "CREATE TABLE o (id int); CREATE POLICY p ON o USING (EXISTS (SELECT FROM t))",
        "policy p on table public.o",
    ),
    (
        "ALTER TABLE t ADD CHECK (NOT (t IS NULL))",
        r#"check constraint "t_check" uses the row as a whole"#,
    ),
    ("ALTER EXTENSION citext ADD TABLE t", "that extension citext has table public.t"),
    (
        "CREATE TABLE o (t int REFERENCES t); ALTER TABLE o DISABLE TRIGGER ALL",
        "that the triggers of constraint o_t_fkey of table public.o are not enabled as usual",
    ),
    ("CREATE ROLE {role}; GRANT USAGE ON TYPE t TO {role}", "the grants on its row type"),
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
        let ErrorKind::DependentObjects { objects } = error.kind() else {
            panic!("{sql}: {error:?}")
        };
        assert_eq!(*objects, [object.replace("{role}", &database.role("grantor"))], "{sql}");
        assert_eq!(
            error.to_string(),
            format!(
                r#"cannot replace the table: "public"."t": dependent objects would be lost: {}"#,
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
    assert_eq!(
        error.to_string(),
        r#"cannot replace the table: "public"."t", batch 1: cannot drop table t because other objects depend on it (2BP01); function f(t) depends on type t"#
    );
    assert_eq!(error.code().unwrap().code(), "2BP01");
    drop(session);
    assert_eq!(database.row("SELECT f(t) FROM t").await, "1");
}
