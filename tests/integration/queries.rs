//! Batches of the rows that a query on the same server returns.

use pg_bulk_ingest::{
    Batch, BoxFuture, Delete, ErrorKind, Filled, IngestTable, Iter, TableReport, Upsert,
};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Item {
    #[ingest(primary_key)]
    id: i64,
    value: Option<String>,
    #[ingest(loaded_at)]
    at: Filled<chrono::DateTime<chrono::Utc>>,
}

#[derive(IngestTable)]
#[ingest(table = "log")]
struct Line {
    id: i64,
    value: Option<String>,
}

async fn load<S: IngestTable>(client: &mut Client, sql: &str) -> TableReport {
    let report = ingest::<S>(client).batches(|_| Batch::query(sql, &[])).await.unwrap();
    report.tables.into_iter().next().unwrap()
}

fn counts(table: &TableReport) -> [u64; 4] {
    [table.received, table.inserted, table.updated, table.unchanged]
}

const ALL: &str = "SELECT id, value FROM t ORDER BY id";

const SOURCE: &str = "CREATE TABLE source (value text, id bigint, day int);
    INSERT INTO source SELECT 'value ' || i % 3, i, i % 2 FROM generate_series(1, 9) AS i";

#[tokio::test]
async fn are_loaded_and_merged_as_others_are() {
    let database = Database::new().await;
    database.execute(SOURCE).await;
    let mut client = database.connect().await;
    // Into a new table, and into one that is there; in the order in which it returns them.
    let new = load::<Item>(&mut client, "SELECT value, id FROM source WHERE id < 4; ").await;
    assert_eq!(counts(&new), [3, 3, 0, 0]);
    let sql = "SELECT id, value FROM source WHERE id > 1 -- all but one
        UNION ALL SELECT 2, 'last'";
    let merged = load::<Item>(&mut client, sql).await;
    assert_eq!(counts(&merged), [9, 6, 1, 1]);
    let rows = database.rows(ALL).await;
    assert_eq!(rows[..3], ["1|value 1", "2|last", "3|value 0"]);
    assert_eq!(rows.len(), 9);
    // Appended, and to a new table without a key.
    for expected in [2, 4] {
        let sql = "SELECT id, value FROM source WHERE id < 3";
        assert_eq!(counts(&load::<Line>(&mut client, sql).await), [2, 2, 0, 0]);
        assert_eq!(database.row("SELECT count(*) FROM log").await, expected.to_string());
    }
    let kept = ingest::<Item>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| {
            Batch::query("SELECT id, 'new' AS value FROM generate_series(9, 10) AS id", &[])
        })
        .await;
    // An integer is no bigint.
    let refused = kept.unwrap_err().to_string();
    assert!(
        refused.contains(r#"column "id" as int4"#) && refused.contains("id::bigint"),
        "{refused}"
    );
}

#[tokio::test]
async fn have_parameters_high_watermarks_and_hooks() {
    let database = Database::new().await;
    database.execute(SOURCE).await;
    let mut client = database.connect().await;
    let days = [0, 1];
    let sql = "SELECT id, value FROM source WHERE day = $1 ORDER BY id";
    let parameters = days.each_ref().map(|day| [day as &(dyn tokio_postgres::types::ToSql + Sync)]);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let batches = |after: Option<i32>| {
            let mut batches = Vec::new();
            for (day, parameters) in days.iter().zip(&parameters) {
                if Some(*day) > after {
                    batches.push(Batch::query(sql, parameters).high_watermark(*day));
                }
            }
            batches
        };
        let report = ingest::<Item>(&mut client)
            .on_before_visible::<(), _>(|batch| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    batch
                        .transaction
                        .batch_execute(
                            "UPDATE t SET value = value || '!' WHERE value NOT LIKE '%!'",
                        )
                        .await?;
                    Ok(())
                })
            })
            .batches(batches)
            .await
            .unwrap();
        seen.push((report.batches, report.rows, report.high_watermark));
    }
    assert_eq!(seen, [(2, 9, Some(1)), (0, 0, Some(1))]);
    assert_eq!(database.row("SELECT count(*) FROM t WHERE value LIKE '%!'").await, "9");
    let fresh = ingest::<Item>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .batches(|_| Batch::query(sql, &parameters[0]))
        .await
        .unwrap();
    assert_eq!([fresh.tables[0].deleted, fresh.tables[0].inserted], [9, 4]);
    let whole = ingest::<Item>(&mut client)
        .delete(Delete::Missing)
        .batches(|_| Batch::query(sql, &parameters[1]))
        .await
        .unwrap();
    assert_eq!([whole.tables[0].deleted, whole.tables[0].inserted], [4, 5]);
}

#[tokio::test]
async fn of_other_columns_are_refused_before_they_are_run() {
    let database = Database::new().await;
    database.execute(SOURCE).await;
    database.execute("CREATE SEQUENCE runs").await;
    let mut client = database.connect().await;
    for (sql, reason) in [
        ("SELECT nextval('runs') AS id", r#"no column "value""#),
        ("SELECT nextval('runs') AS id, '' AS id, NULL::text AS value", r#"several columns "id""#),
        ("SELECT nextval('runs')::int AS id, NULL::text AS value", r#""id" as int4"#),
        ("SELECT nextval('runs') AS id, NULL::text AS value, now() AS at", r#"column "at""#),
    ] {
        let refused = ingest::<Item>(&mut client).batches(|_| Batch::query(sql, &[])).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Unsupported { .. }), "{refused}");
        assert!(refused.to_string().contains(reason), "{sql}: {refused}");
    }
    assert_eq!(database.row("SELECT is_called FROM runs").await, "f");
    let wrong = ingest::<Item>(&mut client).batches(|_| Batch::query("SELECT nothing", &[])).await;
    assert!(matches!(wrong.unwrap_err().kind(), ErrorKind::Server));
    assert_eq!(database.rows("SELECT to_regclass('t')").await, ["∅"]);
}

/// And over several connections, of which the batch then needs one.
#[tokio::test]
async fn no_row_of_theirs_comes_to_the_program() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let sql = "SELECT id, repeat('x', 1000) AS value FROM generate_series(1::bigint, 5000) AS id";
    let connect = || async { Ok::<_, std::convert::Infallible>(database.connect().await) };
    for expected in [[5000, 5000, 0, 0], [5000, 0, 0, 5000]] {
        let report = ingest::<Item>(&mut client)
            .connections(2, connect)
            .batches(|_| Batch::query(sql, &[]))
            .await
            .unwrap();
        assert_eq!(counts(&report.tables[0]), expected);
        assert_eq!(report.bytes, 0);
    }
    let rows = [Item { id: 1, value: None, at: Filled }];
    let batches = |_: Option<pg_bulk_ingest::NoWatermark>| -> Vec<Batch<Iter<&[Item]>>> {
        vec![Batch::new(&rows[..])]
    };
    let report = ingest::<Item>(&mut client).batches(batches).await.unwrap();
    assert_eq!(counts(&report.tables[0]), [1, 0, 1, 0]);
    assert_eq!(database.rows("SELECT id FROM t WHERE value IS NULL").await, ["1"]);
}
