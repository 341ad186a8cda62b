//! Versions beside settings, other roles, and what is in the way.

use super::{APART, LATEST, Plain, plain, publish};
use chrono::NaiveDate;
use pg_bulk_ingest::{
    Batch, Error, ErrorKind, Filled, IngestTable, Iter, NoWatermark, Rejects, SetAside, Versions,
    Watermarks,
};
use tests::{Database, ingest, version};

fn reason(error: &Error) -> &str {
    match error.kind() {
        ErrorKind::Unsupported { reason } => reason,
        kind => panic!("{kind:?}"),
    }
}

#[tokio::test]
async fn what_is_in_the_way_is_named_before_the_load() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let never = |_: Option<NoWatermark>| -> Batch<Iter<Vec<Plain>>, NoWatermark> { unreachable!() };
    database.execute("CREATE TABLE t_a ()").await;
    let error = ingest::<Plain>(&mut client).version("a").batches(never).await.unwrap_err();
    assert!(reason(&error).contains(r#""public"."t_a", which is there"#), "{error}");
    assert_eq!(error.table().unwrap().name(), "t");
    database.execute("CREATE VIEW t_latest AS SELECT 1").await;
    let error = ingest::<Plain>(&mut client).version("b").batches(never).await.unwrap_err();
    assert!(reason(&error).contains(r#"the view "public"."t_latest""#), "{error}");
    database.execute("DROP VIEW t_latest").await;
    let error =
        ingest::<Plain>(&mut client).version("b").source("s").batches(never).await.unwrap_err();
    assert!(reason(&error).contains("`source`"), "{error}");
    let into = SetAside { into: Rejects::table(), ..SetAside::default() };
    let error =
        ingest::<Plain>(&mut client).version("b").set_aside(into).batches(never).await.unwrap_err();
    assert!(reason(&error).contains("Rejects::report"), "{error}");
    if version() >= 11 {
        database.execute("CREATE TABLE rest PARTITION OF t DEFAULT").await;
        let error = ingest::<Plain>(&mut client).version("b").batches(never).await.unwrap_err();
        assert!(reason(&error).contains(r#"default partition "public"."rest""#), "{error}");
    }
}

#[derive(IngestTable)]
#[ingest(table = "t", partition_by = "list (day)")]
struct Daily {
    day: NaiveDate,
    value: i32,
}

/// As PostgreSQL prints it, whatever the session's settings.
#[tokio::test]
async fn a_label_is_a_value_of_its_column() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    client.batch_execute("SET DateStyle = 'SQL, DMY'").await.unwrap();
    let error = ingest::<Daily>(&mut client)
        .version("when?")
        .batches(|_: Option<NoWatermark>| -> Batch<Iter<Vec<Daily>>, NoWatermark> {
            unreachable!()
        })
        .await
        .unwrap_err();
    assert!(reason(&error).contains(r#""when?" is no value of type date"#), "{error}");
    assert_eq!(error.column(), Some("day"));
    let day = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let load = async |client: &mut tokio_postgres::Client, label: String| {
        ingest::<Daily>(client)
            .version(label)
            .batches(|_: Option<NoWatermark>| Batch::new([Daily { day, value: 1 }]))
            .await
            .unwrap()
    };
    load(&mut client, day.to_string()).await;
    assert!(load(&mut client, "2026-2-1".to_owned()).await.skipped.is_some());
    let partitions = "SELECT relname FROM pg_class WHERE relispartition";
    assert_eq!(database.rows(partitions).await, ["t_2026-02-01"]);
}

#[derive(IngestTable)]
#[ingest(table = "t", partition_by = "list (run)")]
struct Numbered {
    run: i32,
    #[ingest(identity)]
    id: Filled<i64>,
}

#[tokio::test]
async fn an_identity_is_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [Numbered { run: 1, id: Filled::default() }];
    let error = ingest::<Numbered>(&mut client)
        .version(1)
        .batches(|_: Option<NoWatermark>| Batch::new(rows))
        .await
        .unwrap_err();
    assert!(reason(&error).contains("identity"), "{error}");
    assert_eq!(database.rows(APART).await, [""; 0]);
}

/// A partition that somebody made by hand is no version, and neither counted nor dropped.
#[tokio::test]
async fn what_no_ingest_published_is_never_removed() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "a", Versions::all(), 0..1).await.unwrap();
    database
        .execute(
            "CREATE TABLE by_hand PARTITION OF t FOR VALUES IN ('x');
            INSERT INTO t VALUES ('x', 1)",
        )
        .await;
    for label in ["b", "c"] {
        publish(&mut client, label, Versions::keep(1), [1, 9]).await.unwrap();
    }
    assert_eq!(database.rows("SELECT DISTINCT run FROM t ORDER BY 1").await, ["b", "x"]);
    publish(&mut client, "d", Versions::keep(1), 0..7).await.unwrap();
    assert_eq!(database.rows("SELECT DISTINCT run FROM t ORDER BY 1").await, ["d", "x"]);
    let report = publish(&mut client, "x", Versions::all(), 0..1).await.unwrap();
    assert!(report.skipped.is_some());
}

/// One that something depends on is not dropped, and the version is published by the next ingest.
#[tokio::test]
async fn a_version_that_a_view_depends_on_is_kept_loudly() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    publish(&mut client, "a", Versions::all(), 0..1).await.unwrap();
    database.execute("CREATE VIEW mine AS SELECT * FROM t_a").await;
    let error = publish(&mut client, "b", Versions::keep(1), 0..2).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "2BP01", "{error}");
    assert_eq!(database.row(LATEST).await, "a|a|1");
    database.execute("DROP VIEW mine").await;
    publish(&mut client, "b", Versions::keep(1), 0..2).await.unwrap();
    assert_eq!(database.row(LATEST).await, "b|b|2");
}

/// The owner's role, a role of readers, and one that may read nothing.
#[tokio::test]
async fn the_owner_is_that_of_the_table_and_readers_read_the_view() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE ROLE version_owner; CREATE ROLE version_reader; CREATE ROLE version_other;
            GRANT CREATE, USAGE ON SCHEMA public TO version_owner;
            CREATE TABLE t (run text NOT NULL, value int NOT NULL) PARTITION BY LIST (run);
            ALTER TABLE t OWNER TO version_owner; GRANT SELECT ON t TO version_reader",
        )
        .await;
    publish(&mut client, "a", Versions::all(), 0..3).await.unwrap();
    let owners = "SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ' ') FROM pg_class
        WHERE relname IN ('t', 't_a', 't_latest')";
    assert_eq!(database.row(owners).await, "version_owner");
    let reads = |role: &str| format!("SELECT has_table_privilege('{role}', 't_latest', 'SELECT')");
    assert_eq!(database.row(&reads("version_reader")).await, "t");
    assert_eq!(database.row(&reads("version_other")).await, "f");
    database
        .execute(
            "DROP OWNED BY version_owner, version_reader;
            DROP ROLE version_owner, version_reader, version_other",
        )
        .await;
}

/// Policies hold for the view as for the table.
#[tokio::test]
async fn row_level_security_is_not_passed() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE ROLE version_secured; CREATE TABLE t (run text NOT NULL, value int NOT NULL)
            PARTITION BY LIST (run); GRANT SELECT ON t TO version_secured;
            ALTER TABLE t ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON t FOR SELECT TO version_secured USING (value = 1)",
        )
        .await;
    let published = publish(&mut client, "a", Versions::all(), 0..3).await;
    if version() < 15 {
        assert!(reason(&published.unwrap_err()).contains("row level security"));
    } else {
        published.unwrap();
        database.execute("GRANT SELECT ON t_latest TO version_secured").await;
        let reader = database.connect().await;
        reader.batch_execute("SET ROLE version_secured").await.unwrap();
        let rows = reader.query("SELECT value FROM t_latest", &[]).await.unwrap();
        assert_eq!(rows.len(), 1);
    }
    database.execute("DROP OWNED BY version_secured; DROP ROLE version_secured").await;
}

#[tokio::test]
async fn labels_that_are_alike_as_far_as_names_go_are_two_versions() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let long = "é'\"\\ ".repeat(20);
    let labels = [format!("{long}a"), format!("{long}b")];
    for (label, count) in labels.iter().zip([3, 4]) {
        publish(&mut client, label, Versions::keep(2), 0..count).await.unwrap();
        let report = publish(&mut client, label, Versions::keep(2), 0..count).await.unwrap();
        assert!(report.skipped.is_some());
    }
    let found =
        database.rows("SELECT right(run, 1), count(*) FROM t GROUP BY run ORDER BY 1").await;
    assert_eq!(found, ["a|3", "b|4"]);
}

/// The high watermark is in the table of those, by which the next ingest carries on.
#[tokio::test]
async fn high_watermarks_may_be_in_a_table() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let kept = Watermarks::table("public", "kept");
    let begun = ingest::<Plain>(&mut client).version("a").watermarks(kept.clone());
    let mut session = begun.start::<i32>().await.unwrap();
    session.ingest(Batch::new(plain("a", 0..3)).high_watermark(1)).await.unwrap();
    drop(session);
    let report = ingest::<Plain>(&mut client)
        .version("a")
        .watermarks(kept)
        .batches(|after: Option<i32>| {
            assert_eq!(after, Some(1));
            Batch::new(plain("a", 3..5)).high_watermark(2)
        })
        .await
        .unwrap();
    assert_eq!(report.high_watermark, Some(2));
    assert_eq!(database.rows("SELECT high_watermark FROM kept").await, ["∅"]);
    assert_eq!(database.row(LATEST).await, "a|a|5");
}

/// Versions of two ingests at once: each is whole, and one of them is the newest.
#[tokio::test]
async fn two_versions_at_once() {
    let database = Database::new().await;
    let (mut one, mut other) = (database.connect().await, database.connect().await);
    let (a, b) = tokio::join!(
        publish(&mut one, "a", Versions::all(), 0..3),
        publish(&mut other, "b", Versions::all(), 0..4)
    );
    // Of two that create the table at once, one may have to be run again.
    for (run, count, result) in [("a", 3, a), ("b", 4, b)] {
        if let Err(error) = result {
            assert!(error.is_transient(), "{error}");
            publish(&mut one, run, Versions::all(), 0..count).await.unwrap();
        }
    }
    let found = database.rows("SELECT run, count(*) FROM t GROUP BY run ORDER BY 1").await;
    assert_eq!(found, ["a|3", "b|4"]);
}
