//! Reports and progress as JSON: names that others read, so a name that changes is a break.

use pg_bulk_ingest::{Batch, IngestTable, Phase, Progress, Report, SetAside};
use serde_json::{Value, json};
use tests::{Database, ingest};
use tokio::sync::Notify;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    text: Option<String>,
}

fn row(id: i32, text: &str) -> Row {
    Row { id, text: Some(text.to_owned()) }
}

/// The JSON, with the times of phases taken out of it, which have to be numbers.
fn timeless<W: serde::Serialize>(report: &Report<W>) -> (Value, Vec<String>) {
    let mut json = serde_json::to_value(report).unwrap();
    let phases = json.as_object_mut().unwrap().remove("phase_seconds").unwrap();
    let phases = phases.as_object().unwrap();
    assert!(
        phases.values().all(|time| time.as_f64().is_some_and(|time| time < 60.0)),
        "{phases:?}"
    );
    (json, phases.keys().cloned().collect())
}

#[tokio::test]
async fn a_report_is_json_with_names_that_stay() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (id integer PRIMARY KEY, note text); INSERT INTO t VALUES (1), (2)",
        )
        .await;
    let mut client = database.connect().await;
    let rows = [row(1, "a"), row(2, "\0"), row(3, "c")];
    let report = ingest::<Row>(&mut client)
        .set_aside(SetAside { share: 1.0, ..SetAside::default() })
        .batches(|_| [Batch::new(rows).high_watermark(("2024-01-02".to_owned(), 7))])
        .await
        .unwrap();
    let (json, phases) = timeless(&report);
    let table = json!({"schema": "public", "name": "t"});
    let message = json["rejects"][0]["message"].clone();
    assert!(message.as_str().is_some_and(|message| !message.is_empty()), "{message}");
    let statement = &report.migrated.statements()[0];
    let expected = json!({
        "batches": 1,
        "rows": 3,
        "bytes": report.bytes,
        "tables": [{
            "table": table, "received": 3, "inserted": 1, "updated": 1, "unchanged": 0, "existing": 0,
            "stale": 0, "deleted": 0, "missing": 0, "rejected": 1,
        }],
        "migrated": {
            "statements": [{
                "sql": statement.sql(), "lock": "access_exclusive", "cost": "catalog_only",
                "outside_transaction": false, "drops_data": false, "purpose": statement.purpose(),
            }],
            "kept": [],
        },
        "kept": [{
            "table": table, "kind": "column", "name": "note",
            "difference": report.kept[0].difference,
        }],
        "high_watermark": ["2024-01-02", 7],
        "skipped": null,
        "version": null,
        "rejects": [{
            "table": table, "batch": 1, "row": 2, "column": "text", "sqlstate": null, "message": message,
        }],
    });
    assert_eq!(json, expected, "{json:#}");
    assert!(
        phases.contains(&"copy".to_owned()) && phases.contains(&"commit".to_owned()),
        "{phases:?}"
    );
    // What an exporter of metrics adds up has the same names.
    for (name, count) in report.tables[0].counters() {
        assert_eq!(json["tables"][0][name], count, "{name}");
    }
    let names = json["tables"][0].as_object().unwrap().len() - 1;
    assert_eq!(report.tables[0].counters().count(), names);
}

#[tokio::test]
async fn progress_is_json_with_names_that_stay() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    let mut told = Vec::new();
    let waits = Notify::new();
    let mut tell = |progress: &Progress| {
        told.push(serde_json::to_value(progress).unwrap());
        if progress.phase == Phase::Wait {
            waits.notify_one();
        }
    };
    let load = ingest::<Row>(&mut client)
        .on_progress(&mut tell)
        .batches(|_| [Batch::new([row(1, "a")]).high_watermark(1)]);
    let release = async {
        waits.notified().await;
        holder.batch_execute("COMMIT").await.unwrap();
    };
    let (loaded, ()) = tokio::join!(load, release);
    loaded.unwrap();
    assert_eq!(
        told[0],
        json!({"batch": 0, "phase": "inspect", "rows": 0, "bytes": 0, "wait": null})
    );
    let waits = told.iter().find(|told| told["phase"] == "wait").unwrap();
    assert_eq!(waits["wait"]["awaited"], "ACCESS SHARE", "{waits}");
    assert_eq!(waits["wait"]["table"], json!({"schema": "public", "name": "t"}));
    assert!(
        waits["wait"]["waited_seconds"].as_f64().is_some_and(|waited| waited >= 1.0),
        "{waits}"
    );
    assert_eq!(waits["wait"]["holders"].as_array().unwrap().len(), 1, "{waits}");
    assert_eq!(waits["wait"].as_object().unwrap().len(), 4);
}
