//! One of everything on one table.

use super::{execute, loaded, replaced};

const ALL: &str = "
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
}

#[tokio::test]
async fn what_rows_have_to_meet_names_the_row_that_does_not() {
    let database = loaded().await;
    execute(&database, ALL).await;
    let mut client = database.connect().await;
    let before = tests::snapshot(&database).await;
    let error = super::load(&mut client, pg_bulk_ingest::Delete::All).await.unwrap_err();
    assert_eq!((error.code().unwrap().code(), error.row()), ("23514", Some(1)));
    tests::assert_same(&before, &tests::snapshot(&database).await, "rolled back");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
}
