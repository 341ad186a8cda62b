//! What an ingest tells while it goes on, and afterwards.

use pg_bulk_ingest::{Batch, IngestTable, Phase, Progress, ingest};
use tests::Database;

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
        assert_eq!(phases[..3], [Phase::Begin, Phase::Copy, Phase::Merge]);
        assert_eq!(phases.last(), Some(&Phase::Commit));
    }
    assert!(told.is_sorted_by_key(|told| (told.batch, told.rows, told.bytes)));
    let last = told.last().unwrap();
    assert_eq!((last.rows, last.bytes), (report.rows, report.bytes));
    assert!(told.iter().filter(|told| told.phase == Phase::Copy).count() > 6);
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
            "1 batch, 3 rows, 94 bytes, migrated by 2 statements, high watermark \"x\"",
        ]
    );
    assert!(lines[3].starts_with("inspect "), "{text}");
    assert_eq!(lines.len(), 4);
}
