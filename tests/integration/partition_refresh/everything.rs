//! What a table and its partitions have beside rows, and have afterwards.

use super::{load, loaded, replaced, table};
use pg_bulk_ingest::Delete;
use tests::{Database, assert_same, snapshot, version};

/// What any version lets a table and its partitions have.
const ANY: &str = "
    CREATE ROLE {role}; GRANT USAGE, CREATE ON SCHEMA public TO {role};
    CREATE TABLE log (id int); CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE o2 (id int PRIMARY KEY);
    INSERT INTO o SELECT generate_series(1, 4); INSERT INTO o2 SELECT * FROM o;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0);
    ALTER TABLE late ADD CONSTRAINT d CHECK (id > 2), ADD FOREIGN KEY (id) REFERENCES o2;
    ALTER TABLE early ADD CONSTRAINT x EXCLUDE (id WITH =);
    CREATE TRIGGER s AFTER INSERT ON t FOR EACH STATEMENT EXECUTE PROCEDURE f();
    CREATE TRIGGER r AFTER INSERT ON late FOR EACH ROW EXECUTE PROCEDURE f();
    ALTER TABLE late DISABLE TRIGGER r;
    CREATE RULE d AS ON DELETE TO late DO ALSO INSERT INTO log VALUES (old.id);
    CREATE POLICY p ON early USING (id > 0); ALTER TABLE early ENABLE ROW LEVEL SECURITY;
    ALTER TABLE early ALTER value SET STATISTICS 7, ALTER value SET STORAGE MAIN,
        ALTER value SET (n_distinct = 3);
    ALTER TABLE late SET (fillfactor = 70, toast.autovacuum_enabled = off);
    ALTER TABLE late ALTER value SET DEFAULT 'late', ALTER value SET NOT NULL;
    CREATE STATISTICS st ON id, value FROM late;
    CREATE UNIQUE INDEX own ON late (id); CREATE INDEX other ON late (lower(value)); CREATE INDEX partial ON late (id) WHERE id > 1;
    ALTER TABLE late REPLICA IDENTITY USING INDEX own; ALTER TABLE late CLUSTER ON other;
    ALTER TABLE early ADD CONSTRAINT u UNIQUE (id) DEFERRABLE INITIALLY DEFERRED;
    CREATE PUBLICATION pu FOR TABLE early;
    CREATE SEQUENCE q OWNED BY late.id;
    ALTER TABLE early OWNER TO {role};
    GRANT SELECT ON t TO {role} WITH GRANT OPTION; GRANT UPDATE (value) ON late TO {role};
    GRANT SELECT ON early TO PUBLIC; REVOKE INSERT ON early FROM {role};
    COMMENT ON COLUMN early.value IS 'c'; COMMENT ON TABLE late IS 'l'; COMMENT ON INDEX own IS 'i';
    COMMENT ON CONSTRAINT d ON late IS 'k'; COMMENT ON TRIGGER r ON late IS 't'";

/// What they can have from 11 on.
const KEYED: &str = "
    CREATE TRIGGER e AFTER INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();
    ALTER TABLE late ENABLE ALWAYS TRIGGER e;
    ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES o;
    ALTER INDEX early_pkey RENAME TO key_of_early; COMMENT ON INDEX late_value_idx IS 'v';
    COMMENT ON CONSTRAINT key_of_early ON early IS 'key'";

/// From 12 on others can refer to it.
const REFERRED: &str = "
    CREATE TABLE w (id int, day date); ALTER TABLE w ADD CONSTRAINT tk FOREIGN KEY (id, day) REFERENCES t";

fn all() -> String {
    let mut all = format!("{}{ANY};", table());
    if version() >= 11 {
        all += KEYED;
        all += ";";
    }
    if version() >= 12 {
        all += REFERRED;
    }
    all
}

async fn with_all() -> Database {
    // Rows come before what only some of them meet.
    loaded(&all()).await
}

#[tokio::test]
async fn one_of_everything_is_there_afterwards() {
    replaced(&with_all().await, "one of everything").await;
}

/// What is said of the table is not said of partitions of which it is not.
#[tokio::test]
async fn what_is_the_tables_alone_stays_so() {
    if version() < 11 {
        return;
    }
    let database = loaded(&format!(
        "{} ALTER TABLE ONLY t ALTER value SET STATISTICS 9; ALTER TABLE ONLY t ALTER value SET STORAGE PLAIN;
         ALTER TABLE ONLY t ALTER value SET DEFAULT 'none'; ALTER TABLE late ALTER value SET STATISTICS 3;
         COMMENT ON TABLE early IS 'e'",
        table()
    ))
    .await;
    replaced(&database, "of the table alone").await;
}

#[tokio::test]
async fn what_fails_leaves_all_as_it_was() {
    let database = with_all().await;
    database.execute("ALTER TABLE late ADD CONSTRAINT no CHECK (id > 9) NOT VALID").await;
    let before = snapshot(&database).await;
    let mut client = database.connect().await;
    let error = load(&mut client, Delete::All).await.unwrap_err();
    assert_eq!(
        error.code().map(|code| code.code().to_owned()).as_deref(),
        Some("23514"),
        "{error}"
    );
    assert_same(&before, &snapshot(&database).await, "rolled back");
    assert_eq!(database.row("SELECT count(*) FROM t").await, "4");
}

/// Where the table is emptied, as there is no batch.
#[tokio::test]
async fn a_table_without_a_batch_is_emptied_where_it_is() {
    let database = with_all().await;
    let before = snapshot(&database).await;
    let oid = database.row("SELECT 't'::regclass::oid").await;
    let mut client = database.connect().await;
    let deleted = if version() < 11 {
        let ingest = super::ingest::<super::Added>(&mut client).delete(Delete::All);
        ingest
            .batches(|_: Option<i32>| {
                Vec::<super::Batch<super::Iter<Vec<super::Added>>, i32>>::new()
            })
            .await
    } else {
        let ingest = super::ingest::<super::Keyed>(&mut client).delete(Delete::All);
        ingest
            .batches(|_: Option<i32>| {
                Vec::<super::Batch<super::Iter<Vec<super::Keyed>>, i32>>::new()
            })
            .await
    };
    assert_eq!(deleted.unwrap().tables[0].deleted, 4);
    assert_eq!(
        database.row("SELECT count(*), 't'::regclass::oid FROM t").await,
        format!("0|{oid}")
    );
    let after = snapshot(&database).await;
    let is_comment = |line: &&String| !line.starts_with("comment on table public.t is");
    let both =
        [before, after].map(|lines| lines.iter().filter(is_comment).cloned().collect::<Vec<_>>());
    assert_same(&both[0], &both[1], "emptied");
}
