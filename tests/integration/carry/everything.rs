//! One of everything on one table.

use super::{Row, execute, load, loaded, replaced, rows};
use pg_bulk_ingest::{Batch, Delete, Upsert, Visibility};
use tests::{assert_same, ingest, snapshot};

pub(super) const ALL: &str = "
    CREATE ROLE {role}; GRANT USAGE ON SCHEMA public TO {role};
    CREATE TABLE o (t int REFERENCES t); INSERT INTO o VALUES (1);
    CREATE TABLE log (id int);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY;
    CREATE SEQUENCE s OWNED BY t.number;
    ALTER TABLE t ADD CHECK (id > 0), ADD CONSTRAINT n CHECK (id > 1) NOT VALID,
        ADD CONSTRAINT x EXCLUDE (number WITH =), ADD FOREIGN KEY (number) REFERENCES t;
    CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();
    ALTER TABLE t DISABLE TRIGGER r;
    CREATE RULE d AS ON DELETE TO t DO ALSO INSERT INTO log VALUES (old.id);
    CREATE POLICY p ON t USING (id > 0);
    ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    ALTER TABLE t ALTER value SET STATISTICS 7, ALTER value SET STORAGE MAIN,
        ALTER value SET (n_distinct = 3);
    ALTER TABLE t SET (fillfactor = 70, toast.autovacuum_enabled = off);
    CREATE STATISTICS st ON id, value FROM t;
    ALTER TABLE t REPLICA IDENTITY USING INDEX t_number_key;
    ALTER TABLE t CLUSTER ON t_value_idx;
    CREATE PUBLICATION pu FOR TABLE t;
    GRANT SELECT ON t TO {role} WITH GRANT OPTION; GRANT UPDATE (value) ON t TO {role};
    SET ROLE {role}; GRANT SELECT ON t TO PUBLIC; RESET ROLE;
    COMMENT ON COLUMN t.value IS 'c'; COMMENT ON INDEX t_value_idx IS 'i';
    COMMENT ON CONSTRAINT o_t_fkey ON o IS 'f'; COMMENT ON TRIGGER r ON t IS 't'";

#[tokio::test]
async fn one_of_everything_hangs_on_the_new_table() {
    let database = loaded().await;
    // Rows that are loaded have to meet what those of old need not.
    execute(&database, &ALL.replace("CHECK (id > 1) NOT VALID", "CHECK (id > 0) NOT VALID")).await;
    replaced(&database, "one of everything").await;
    // All batches in one transaction.
    let before = snapshot(&database).await;
    let mut client = database.connect().await;
    let rows = rows();
    let [first, second] = &rows;
    let ingest = ingest::<Row>(&mut client).delete(Delete::All);
    ingest
        .visibility(Visibility::AfterLastBatch)
        .batches(|_| [first, second].map(|row| Batch::new([row]).high_watermark(1)))
        .await
        .unwrap();
    assert_same(&before, &snapshot(&database).await, "all batches in one transaction");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
}

#[tokio::test]
async fn the_batches_after_it_meet_policies() {
    let database = loaded().await;
    let mut client = database.connect_as("r").await;
    execute(
        &database,
        "ALTER TABLE t OWNER TO {role}; GRANT ALL ON SCHEMA public TO {role};
         ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE POLICY p ON t USING (true) WITH CHECK (id < 100)",
    )
    .await;
    let ingest = ingest::<Row>(&mut client).delete(Delete::All).upsert(Upsert::Off);
    let mut session = ingest.start::<i32>().await.unwrap();
    for (id, commits) in [(1, true), (2, true), (100, false)] {
        let mut batch = session.batch().await.unwrap();
        batch.write(Row { id, value: None, number: id }).await.unwrap();
        let committed = batch.commit(id).await;
        let code = committed.err().map(|error| error.code().unwrap().code().to_owned());
        assert_eq!(code.as_deref(), (!commits).then_some("42501"));
    }
    assert_eq!(database.rows("SELECT id FROM t").await, ["1", "2"]);
}

#[tokio::test]
async fn what_rows_have_to_meet_names_the_row_that_does_not() {
    let database = loaded().await;
    execute(&database, ALL).await;
    let mut client = database.connect().await;
    let before = snapshot(&database).await;
    let error = load(&mut client, Delete::All).await.unwrap_err();
    assert_eq!((error.code().unwrap().code(), error.row()), ("23514", Some(1)));
    assert_same(&before, &snapshot(&database).await, "rolled back");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
}
