//! What an ingest tells while it goes on, and afterwards.

use pg_bulk_ingest::{Batch, IngestTable, Phase, Progress};
use std::cell::RefCell;
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: Option<f64>,
}

#[tokio::test]
async fn it_is_told_as_phases_begin_and_rows_are_sent() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut told: Vec<Progress> = Vec::new();
    let report = ingest::<Row>(&mut client)
        .on_progress(|progress| told.push(progress.clone()))
        .batches(|_| (0..2).map(|_| Batch::new((0..10_000).map(|id| Row { id, value: None }))))
        .await
        .unwrap();
    assert_eq!(told[0].phase, Phase::Inspect);
    let phases = |batch| {
        let phases = told.iter().filter(|told| told.batch == batch).map(|told| told.phase);
        let mut seen = Vec::new();
        for phase in phases {
            if seen.last() != Some(&phase) {
                seen.push(phase);
            }
        }
        seen
    };
    for batch in [1, 2] {
        let phases = phases(batch);
        // Into a new table there is nothing to merge with, into a live one nothing to build.
        let third = if batch == 1 { Phase::Index } else { Phase::Merge };
        assert_eq!(phases[..3], [Phase::Begin, Phase::Copy, third]);
        assert_eq!(phases.last(), Some(&Phase::Commit));
    }
    assert!(told.is_sorted_by_key(|told| (told.batch, told.rows, told.bytes)));
    let last = told.last().unwrap();
    assert_eq!((last.rows, last.bytes), (report.rows, report.bytes));
    assert!(told.iter().filter(|told| told.phase == Phase::Copy).count() > 6);
}

thread_local! {
    /// What is logged by the test that runs on this thread, as text, if it asks for it.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Writes to the log of its thread.
struct ThreadLog;

impl std::io::Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map_or(Ok(bytes.len()), |log| log.write(bytes)))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn phases_statements_and_commits_are_traced_and_values_are_not() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_ansi(false)
        .without_time()
        .with_writer(|| ThreadLog)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    LOG.set(Some(Vec::new()));
    let rows = [Row { id: 123_456_789, value: Some(987.125) }];
    ingest::<Row>(&mut client).batches(|_| [&rows, &rows].map(Batch::new)).await.unwrap();
    let log = String::from_utf8(LOG.take().unwrap()).unwrap();
    let logged = |text: &str| log.lines().any(|line| line.contains(text));
    for phase in ["inspect", "begin", "copy", "merge", "index", "commit"] {
        assert!(logged(&format!("phase={phase}")), "{phase}: {log}");
    }
    assert!(
        logged(
            r#"INFO ingest{tables="\"public\".\"t\""}: pg_bulk_ingest::session::batch: batch committed batch=1 rows=1"#
        ),
        "{log}"
    );
    assert!(logged("CREATE TABLE"), "{log}");
    assert!(!logged("123456789") && !logged("987.125"), "{log}");
}

#[tokio::test]
async fn the_report_displays_as_a_short_table() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let report = ingest::<Row>(&mut client)
        .batches(|_| {
            let rows = [(1, None), (2, Some(1.0)), (1, Some(2.0))];
            [Batch::new(rows.map(|(id, value)| Row { id, value })).high_watermark("x".to_owned())]
        })
        .await
        .unwrap();
    let text = report.to_string();
    let lines = text.lines().collect::<Vec<_>>();
    assert_eq!(
        lines[..3],
        [
            "table       received    inserted     updated   unchanged     deleted",
            "public.t           3           2           0           0           0",
            "1 batch, 3 rows, 58 bytes, migrated by 2 statements, high watermark \"x\"",
        ]
    );
    assert!(lines[3].starts_with("inspect "), "{text}");
    assert_eq!(lines.len(), 4);
}
