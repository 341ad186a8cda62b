//! The hook that runs once a table is created.

mod kept;
mod loaded;
mod replaced;

use futures_util::FutureExt;
use pg_bulk_ingest::{
    Batch, Delete, ErrorKind, IngestTable, IngestTables, Linger, NoWatermark, Upsert, Visibility,
};
use std::time::Duration;
use tests::{Database, ingest};

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: i64,
}

#[derive(IngestTable)]
#[ingest(schema = "Order", table = "user's \"$1\"")]
struct Odd {
    id: i32,
}

#[derive(IngestTables)]
enum Both {
    Row(Row),
    Odd(Odd),
}

fn row(id: i32) -> Row {
    Row { id, value: i64::from(id) }
}

/// A log of what hooks and triggers say.
const LOG: &str = "
    CREATE TABLE log (at timestamptz DEFAULT clock_timestamp(), said text);
    CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.log (said) VALUES (TG_NAME || ' ' || new.id);
        RETURN new;
    END $$;
    CREATE FUNCTION say(regclass, text) RETURNS void LANGUAGE sql AS
        $$ INSERT INTO public.log (said) VALUES (format('%s %s', $1, $2)) $$;";

const SAID: &str = "SELECT said FROM log ORDER BY at";

async fn logging() -> Database {
    let database = Database::new().await;
    database.execute(LOG).await;
    database
}

#[tokio::test]
async fn it_is_called_in_the_transaction_before_the_rows() {
    let database = logging().await;
    let mut client = database.connect().await;
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
            database.execute("DROP TABLE IF EXISTS t; TRUNCATE log").await;
            let mut calls = 0;
            let report = ingest::<Row>(&mut client)
                .upsert(upsert)
                .visibility(visibility)
                .on_create(|created| {
                    calls += 1;
                    assert!(!created.replaces());
                    assert_eq!(created.table.name.to_string(), r#""public"."t""#);
                    assert_eq!(created.table.loaded_as, created.table.name);
                    let name = &created.table.loaded_as;
                    let trigger = format!(
                        "CREATE TRIGGER seen BEFORE INSERT ON {name} \
                         FOR EACH ROW EXECUTE PROCEDURE told()"
                    );
                    Box::pin(async move {
                        let sql = "SELECT say($1::regclass, count(*)::text) FROM pg_index WHERE indrelid = $1::regclass";
                        created.execute(sql).await?;
                        created.execute(&trigger).await
                    })
                })
                .batches(|_| [Batch::new(vec![row(1), row(2)]), Batch::new(vec![row(3)])])
                .await;
            let report = report.unwrap();
            assert_eq!((calls, report.tables[0].inserted), (1, 3), "{upsert:?} {visibility:?}");
            let said = ["t 1", "seen 1", "seen 2", "seen 3"];
            assert_eq!(database.rows(SAID).await, said, "{upsert:?} {visibility:?}");
            assert_eq!(database.row("SELECT sum(value) FROM t").await, "6");
        }
    }
    let nothing = ingest::<Row>(&mut client).on_create(|_| panic!("called"));
    nothing.batches(|_| [Batch::new([row(4)])]).await.unwrap();
}

#[tokio::test]
async fn the_table_is_the_parameter_in_whatever_type_it_is() {
    let database = logging().await;
    let mut client = database.connect().await;
    database.execute("CREATE TABLE names (at serial, name text)").await;
    let made = ingest::<Odd>(&mut client).on_create(|created| {
        async move {
            for parameter in ["$1::regclass", "$1::oid::regclass", "$1", "$1::text::regclass", "1"]
            {
                let sql = format!("INSERT INTO names (name) SELECT ({parameter})::text");
                created.execute(&sql).await?;
            }
            let name = &created.table.loaded_as;
            created.execute(&format!("ALTER TABLE {name} SET (fillfactor = 70)")).await?;
            for (sql, types) in [("SELECT $1::int4", "int4"), ("SELECT $1, $2::oid", "text, oid")] {
                let error = created.execute(sql).await.unwrap_err().to_string();
                let reason = "the only parameter is $1, the table, as regclass, oid or text";
                assert_eq!(error, format!("parameters of types {types}: {reason}"));
            }
            Ok(())
        }
        .boxed()
    });
    made.migrate().await.unwrap();
    let mut names = [r#""Order"."user's ""$1""""#; 5];
    names[4] = "1";
    assert_eq!(database.rows("SELECT name FROM names ORDER BY at").await, names);
    let options = r#"SELECT reloptions FROM pg_class WHERE relkind = 'r' AND relname LIKE 'user%'"#;
    assert_eq!(database.row(options).await, "{fillfactor=70}");
    // As text it is not quoted where SQL does not need it: some functions take it apart at the dot.
    let made = ingest::<Row>(&mut client).on_create(|created| {
        async move { created.execute("INSERT INTO names (name) SELECT $1").await }.boxed()
    });
    made.migrate().await.unwrap();
    assert_eq!(database.row("SELECT name FROM names ORDER BY at DESC LIMIT 1").await, "public.t");
}

#[tokio::test]
async fn it_is_called_for_each_table_and_not_by_plan() {
    let database = logging().await;
    let mut client = database.connect().await;
    let planned = ingest::<Both>(&mut client).on_create(|_| panic!("called")).plan().await;
    assert_eq!(planned.unwrap().statements().len(), 4);
    for migrates in [true, false] {
        let hooked = ingest::<Both>(&mut client).on_create(|created| {
            async move { created.execute("SELECT say($1, 'made')").await }.boxed()
        });
        if migrates {
            hooked.migrate().await.unwrap();
        } else {
            let rows = |_: Option<NoWatermark>| {
                [Batch::new([Both::Odd(Odd { id: 1 }), Both::Row(row(1))])]
            };
            hooked.batches(rows).await.unwrap();
        }
        let said = "SELECT DISTINCT split_part(said, ' ', 1) FROM log ORDER BY 1";
        assert_eq!(database.rows("SELECT count(*) FROM log").await, ["2"]);
        assert_eq!(database.rows(said).await, [r#""Order"."user's"#, "t"]);
        let drop = r#"DROP TABLE t; DROP SCHEMA "Order" CASCADE; TRUNCATE log"#;
        database.execute(drop).await;
    }
}

#[tokio::test]
async fn its_error_leaves_nothing_behind() {
    let database = logging().await;
    let mut client = database.connect().await;
    let before = tests::snapshot(&database).await;
    let said = r#"cannot run the hook of the table that was created: "public"."t", batch 1"#;
    for sql in ["SELECT say($1, 'x'), 1/0", "SELECT no_such($1)"] {
        for with_batch in [true, false] {
            let hooked = ingest::<Row>(&mut client)
                .on_create(|created| async move { created.execute(sql).await }.boxed());
            let error = match with_batch {
                true => {
                    hooked.batches(|_| [Batch::new([row(1)]).high_watermark(1)]).await.map(drop)
                }
                false => hooked.migrate().await.map(drop),
            };
            let error = error.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Hook), "{error}");
            let said = if with_batch { said } else { said.trim_end_matches(", batch 1") };
            assert_eq!(error.to_string(), said);
            assert_eq!(error.table().unwrap().name(), "t");
            assert!(["22012", "42883"].contains(&error.code().unwrap().code()));
            tests::assert_same(&before, &tests::snapshot(&database).await, sql);
            assert_eq!(tests::rows(&client, SAID).await, [""; 0], "the client is usable");
        }
    }
}

#[tokio::test]
async fn a_transaction_that_it_ends_or_aborts_and_a_table_that_it_spoils() {
    let database = logging().await;
    let mut client = database.connect().await;
    let ended = "the hook ended the batch's transaction or left it aborted";
    for (sql, reason) in [
        ("COMMIT", ended),
        ("ROLLBACK", ended),
        ("SELECT 1/0", ended),
        ("DROP TABLE t", "the hook dropped or renamed the table"),
        ("ALTER TABLE t RENAME TO u", "the hook dropped or renamed the table"),
        (
            "DROP TABLE t; CREATE VIEW t AS SELECT 1 AS id",
            "it is a view, and rows are loaded into tables",
        ),
        ("ALTER TABLE t ALTER value TYPE text", "cannot hold the Rust type i64 of field value"),
        ("ALTER TABLE t DROP value", "column \"value\" is missing"),
    ] {
        let hooked = ingest::<Row>(&mut client).on_create(|created| {
            async move {
                let _swallowed = created.transaction.batch_execute(sql).await;
                Ok(())
            }
            .boxed()
        });
        let error = hooked.batches(|_| [Batch::new([row(1)]).high_watermark(1)]).await.unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let shown = format!("{error}: {}", source.unwrap_or_default());
        assert!(shown.contains(reason), "{sql}: {shown}");
        let is_hook = matches!(error.kind(), ErrorKind::Hook);
        let is_ended = matches!(error.kind(), ErrorKind::TransactionEnded);
        assert!(is_hook && reason != ended || is_ended && reason == ended, "{sql}: {error}");
        database.execute("DROP TABLE IF EXISTS t").await;
    }
}

#[tokio::test]
async fn a_panic_of_it_rolls_back() {
    let database = logging().await;
    let mut client = database.connect().await;
    for delete in [Delete::Off, Delete::All] {
        let hooked = ingest::<Row>(&mut client).delete(delete).on_create(|created| {
            async move {
                created.execute("SELECT say($1, 'a panic')").await?;
                panic!("a panic")
            }
            .boxed()
        });
        let panicked = hooked.batches(|_| [Batch::new([row(1)]).high_watermark(1)]);
        assert!(std::panic::AssertUnwindSafe(panicked).catch_unwind().await.is_err());
        assert_eq!(tests::rows(&client, SAID).await, [""; 0]);
        let left = "SELECT relname FROM pg_class WHERE relname LIKE 't%fresh'";
        assert_eq!(database.rows(left).await, [""; 0]);
        database
            .execute("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, value int8 NOT NULL)")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_sent_to_other_threads_with_what_it_owns() {
    let database = logging().await;
    let mut client = database.connect().await;
    let tenant = String::from("x");
    let task = tokio::spawn(async move {
        ingest::<Row>(&mut client)
            .on_create(move |created| {
                let sql = format!("SELECT say($1, '{tenant}')");
                Box::pin(async move {
                    created.execute(&sql).await?;
                    created.execute("INSERT INTO log (said) VALUES ('b')").await?;
                    Ok(())
                })
            })
            .batches(|_| Batch::new([row(1)]).high_watermark(3))
            .await
    });
    task.await.unwrap().unwrap();
    assert_eq!(database.rows(SAID).await, ["t x", "b"]);
}

#[tokio::test]
async fn an_inserter_calls_it_once() {
    let database = logging().await;
    let mut client = database.connect().await;
    let hooked = ingest::<Row>(&mut client).on_create(|created| {
        async move { created.execute("SELECT say($1, 'made')").await }.boxed()
    });
    let (rows, inserter) = hooked.inserter::<NoWatermark>(Linger::default());
    let write = async move {
        rows.write(row(1)).await?.await?;
        rows.write(row(2)).await?.await
    };
    let (written, ran) = futures_util::future::join(write, inserter.run()).await;
    written.unwrap();
    ran.unwrap();
    assert_eq!(database.rows(SAID).await, ["t made"]);
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
}

#[tokio::test]
async fn what_it_executes_is_held_to_the_timeout() {
    let database = logging().await;
    let mut client = database.connect().await;
    let timeout = Duration::from_secs(1);
    let hooked = ingest::<Row>(&mut client).timeout(timeout).on_create(|created| {
        async move { created.execute("SELECT say($1, pg_sleep(600)::text)").await }.boxed()
    });
    let error = hooked.batches(|_| [Batch::new([row(1)]).high_watermark(1)]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout { .. }), "{error:?}");
    assert_eq!(error.table().unwrap().name(), "t");
    assert!(error.is_transient());
}
