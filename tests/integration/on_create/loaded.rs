//! Rows come into the table that the hook made, whatever that is.

use super::{Row, row};
use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, Delete, IngestTable, NoWatermark, RowOf, Upsert};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::{Database, ingest, version};

/// Rows of some megabytes, which go over several connections where they may.
fn many() -> impl Iterator<Item = Wide> {
    (0..6_000).map(|id| Wide { id, value: "x".repeat(2_000) })
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Wide {
    #[ingest(index)]
    id: i32,
    value: String,
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct WideKeyed {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

#[tokio::test]
async fn rows_over_several_connections_end_in_the_table_of_the_hook() {
    async fn load<S: IngestTable + RowOf<S> + Send + 'static>(keyed: bool, row: fn(Wide) -> S) {
        let database = Database::new().await;
        database.execute("CREATE TABLE made (hooked oid, relfilenode oid)").await;
        let mut client = database.connect().await;
        let opened = AtomicUsize::new(0);
        for delete in [Delete::Off, Delete::BeforeFirstBatch, Delete::Off] {
            opened.store(0, Ordering::Relaxed);
            let connect = async || {
                opened.fetch_add(1, Ordering::Relaxed);
                Ok::<_, Infallible>(database.connect().await)
            };
            let ingest = ingest::<S>(&mut client).delete(delete).connections(3, connect);
            let hooked = ingest.on_create(|created| {
                let name = created.table.loaded_as.to_string();
                async move {
                    created.execute("TRUNCATE made").await?;
                    created.execute(&format!("ALTER TABLE {name} SET (fillfactor = 90)")).await?;
                    created.execute("INSERT INTO made VALUES ($1)").await
                }
                .boxed()
            });
            let rows = |_: Option<NoWatermark>| [Batch::new(many().map(row))];
            hooked.batches(rows).await.unwrap();
            let is_same = "SELECT count(*), bool_and(tableoid = (SELECT hooked FROM made)) FROM t";
            let rows = if !keyed && opened.load(Ordering::Relaxed) == 0 && delete == Delete::Off {
                database.row("SELECT count(*) FROM t").await
            } else {
                "6000".to_owned()
            };
            assert_eq!(database.row(is_same).await, format!("{rows}|t"), "{delete:?}");
            assert_eq!(opened.load(Ordering::Relaxed) > 0, keyed, "{delete:?}");
            let left = "SELECT relname FROM pg_class WHERE relname ~ '^pg_bulk_ingest_|fresh'";
            assert_eq!(database.rows(left).await, [""; 0]);
        }
    }
    load::<Wide>(false, |row| row).await;
    load::<WideKeyed>(true, |Wide { id, value }| WideKeyed { id, value }).await;
}

/// Makes of the table something else than the library would: a partitioned one, a parent, a partition, one of
/// which a trigger sends the rows away.
#[tokio::test]
async fn rows_come_into_whatever_it_makes_of_the_table() {
    for (first, made, rows) in [
        (
            11,
            "DROP TABLE t;
            CREATE TABLE t (id int, value int8 NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);
            CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (2);
            CREATE TABLE high PARTITION OF t DEFAULT;",
            "high|2 high|3 low|1",
        ),
        (10, "CREATE TABLE heir () INHERITS (t)", "t|1 t|2 t|3"),
        (
            10,
            "CREATE TABLE whole (id int NOT NULL, value int8 NOT NULL) PARTITION BY LIST (id);
            ALTER TABLE whole ATTACH PARTITION t FOR VALUES IN (1, 2, 3)",
            "t|1 t|2 t|3",
        ),
        (
            10,
            "CREATE TRIGGER away BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE away()",
            "elsewhere|1 elsewhere|2 elsewhere|3",
        ),
        (10, "SAVEPOINT mine", "t|1 t|2 t|3"),
        (10, "TRUNCATE t", "t|1 t|2 t|3"),
        (
            10,
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY p ON t USING (true) WITH CHECK (id > 0)",
            "t|1 t|2 t|3",
        ),
        (10, "INSERT INTO t VALUES (1, 7), (9, 9)", "t|1 t|2 t|3 t|9"),
    ] {
        if version() < first {
            continue;
        }
        for upsert in [Upsert::IfPrimaryKey, Upsert::KeepExisting, Upsert::Off] {
            if upsert == Upsert::Off && made.starts_with("INSERT") {
                continue;
            }
            let database = Database::new().await;
            database.execute(AWAY).await;
            let mut client = database.connect_as("maker").await;
            let hooked = ingest::<Row>(&mut client).upsert(upsert).on_create(|created| {
                async move { Ok(created.transaction.batch_execute(made).await?) }.boxed()
            });
            let batches = |_: Option<NoWatermark>| {
                [Batch::new(vec![row(1), row(2)]), Batch::new(vec![row(3)])]
            };
            hooked.batches(batches).await.unwrap_or_else(|error| panic!("{made}: {error:?}"));
            let mut all = database.rows("SELECT tableoid::regclass, id FROM t ORDER BY 1, 2").await;
            all.extend(database.rows("SELECT 'elsewhere', id FROM elsewhere ORDER BY 2").await);
            all.sort();
            assert_eq!(all.join(" "), rows, "{upsert:?} {made}");
        }
    }
}

const AWAY: &str = "
    CREATE TABLE elsewhere (id int, value int8);
    CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.elsewhere VALUES (new.*); RETURN NULL;
    END $$;
    GRANT ALL ON elsewhere TO PUBLIC;
    GRANT ALL ON SCHEMA public TO PUBLIC;";
