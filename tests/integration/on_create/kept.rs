//! What the hook makes stays, and is there once, however often the table is replaced.

use super::{Row, row};
use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, Delete, IngestTable, NoWatermark, RowOf};
use tests::{Database, ingest, version};

/// What a hook may make, each with the first version that has it; `{}` is the table.
const MADE: &[(u32, &str)] = &[
    (
        10,
        "CREATE TRIGGER one BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE PROCEDURE nothing()",
    ),
    (
        10,
        "CREATE CONSTRAINT TRIGGER one AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE PROCEDURE nothing()",
    ),
    (10, "ALTER TABLE {} ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON {} USING (id > 0)"),
    (10, "CREATE RULE r AS ON DELETE TO {} DO INSTEAD NOTHING"),
    (10, "CREATE INDEX ON {} (value)"),
    (10, "CREATE UNIQUE INDEX ON {} (value) WHERE value > 0"),
    (10, "ALTER TABLE {} ADD UNIQUE (value)"),
    (10, "ALTER TABLE {} ADD EXCLUDE USING btree (value WITH =)"),
    (10, "ALTER TABLE {} ADD CHECK (value > 0)"),
    (10, "ALTER TABLE {} ADD CONSTRAINT positive CHECK (value > 0) NOT VALID"),
    (10, "ALTER TABLE {} ADD FOREIGN KEY (value) REFERENCES parent ON DELETE CASCADE"),
    (10, "ALTER TABLE {} ADD FOREIGN KEY (value) REFERENCES {} (id)"),
    (16, "CREATE STATISTICS ON id, value FROM {}"),
    (10, "GRANT SELECT, INSERT (id) ON {} TO pg_monitor WITH GRANT OPTION"),
    (10, "ALTER PUBLICATION pub ADD TABLE {}"),
    (10, "ALTER TABLE {} SET (fillfactor = 70, toast.autovacuum_enabled = off)"),
    (10, "ALTER TABLE {} ALTER value SET STATISTICS 7, ALTER value SET (n_distinct = 5)"),
    (10, "ALTER TABLE {} REPLICA IDENTITY FULL"),
    (10, "ALTER TABLE {} SET UNLOGGED"),
    (10, "COMMENT ON COLUMN {}.value IS 'a value'"),
    (10, "COMMENT ON TABLE {} IS 'a table'"),
    (10, "ALTER TABLE {} ADD COLUMN IF NOT EXISTS more int DEFAULT 7"),
    (10, "ALTER TABLE {} ALTER value SET DEFAULT 5"),
];

const BEFORE: &str = "
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TABLE parent (id int8 PRIMARY KEY);
    INSERT INTO parent SELECT generate_series(1, 9);
    CREATE PUBLICATION pub;";

/// The table in another order of its columns, for which it is made anew with its rows.
#[derive(IngestTable)]
#[ingest(table = "t")]
struct Turned {
    value: i64,
    #[ingest(primary_key)]
    id: i32,
}

async fn load<S>(
    database: &Database,
    delete: Delete,
    made: &str,
    rows: Vec<S>,
) -> Result<(), pg_bulk_ingest::Error>
where
    S: IngestTable + RowOf<S> + Send + 'static,
{
    let mut client = database.connect().await;
    let ingest = ingest::<S>(&mut client).delete(delete).on_create(|created| {
        let sql = made.replace("{}", &created.table.loaded_as.to_string());
        async move { Ok(created.transaction.batch_execute(&sql).await?) }.boxed()
    });
    ingest.batches(|_: Option<NoWatermark>| [Batch::new(rows)]).await.map(drop)
}

#[tokio::test]
async fn what_it_makes_is_there_once_after_each_replacement() {
    for (_, made) in MADE.iter().filter(|(first, _)| *first <= version()) {
        let database = Database::new().await;
        database.execute(BEFORE).await;
        load(&database, Delete::Off, made, vec![row(1), row(2)]).await.unwrap();
        let before = tests::snapshot(&database).await;
        let rows = "SELECT id, value FROM t ORDER BY id";
        assert_eq!(database.rows(rows).await, ["1|1", "2|2"], "{made}");
        for delete in [Delete::BeforeFirstBatch, Delete::Off] {
            load(&database, delete, made, vec![row(2), row(3)]).await.unwrap();
            tests::assert_same(&before, &tests::snapshot(&database).await, made);
            assert_eq!(database.rows(rows).await, ["2|2", "3|3"], "{made}");
        }
        let turned = |id| Turned { value: i64::from(id), id };
        load(&database, Delete::Off, made, vec![turned(4)]).await.unwrap();
        let turned_once = tests::snapshot(&database).await;
        assert_eq!(turned_once.len(), before.len(), "{made}");
        load(&database, Delete::Off, made, vec![row(5)]).await.unwrap();
        tests::assert_same(&before, &tests::snapshot(&database).await, made);
        assert_eq!(database.rows(rows).await, ["2|2", "3|3", "4|4", "5|5"], "{made}");
    }
}

#[tokio::test]
async fn what_it_makes_anew_counts_over_what_the_live_table_had() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).batches(|_| [Batch::new([row(1)])]).await.unwrap();
    let live = "
        ALTER TABLE t SET (fillfactor = 90), ALTER value SET STATISTICS 9, REPLICA IDENTITY FULL;
        ALTER TABLE t ADD CONSTRAINT c CHECK (value > -5)";
    database.execute(live).await;
    let made = "
        ALTER TABLE {} SET (fillfactor = 70), ALTER value SET STATISTICS 7, REPLICA IDENTITY NOTHING;
        ALTER TABLE {} ADD CONSTRAINT c CHECK (value > 0);
        CREATE INDEX named ON {} (value);
        GRANT SELECT ON {} TO pg_monitor;";
    load(&database, Delete::BeforeFirstBatch, made, vec![row(2)]).await.unwrap();
    let now = "SELECT reloptions, relreplident, has_table_privilege('pg_monitor', oid, 'SELECT'),
            (SELECT attstattarget FROM pg_attribute WHERE attrelid = t.oid AND attname = 'value'),
            (SELECT string_agg(pg_get_constraintdef(c.oid), '') FROM pg_constraint c
             WHERE conrelid = t.oid AND conname = 'c'),
            to_regclass('named')
        FROM pg_class t WHERE oid = 't'::regclass";
    let expected = "{fillfactor=70}|n|t|7|CHECK ((value > 0))|named";
    assert_eq!(database.row(now).await, expected);
    // No ingest made the index, and so none drops it.
    ingest::<Row>(&mut client).batches(|_| [Batch::new([row(3)])]).await.unwrap();
    assert_eq!(database.row(now).await, expected);
}
