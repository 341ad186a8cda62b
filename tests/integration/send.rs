//! The futures can be given to `tokio::spawn`, also when rows borrow from what is inside.

use futures_util::{FutureExt, StreamExt, stream};
use pg_bulk_ingest::{Batch, Cut, IngestTable, IngestTables};
use std::time::Duration;
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    value: &'a str,
}

#[derive(IngestTables)]
enum Set<'a> {
    Row(Row<'a>),
}

struct Day {
    date: String,
    values: Vec<String>,
}

impl Day {
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..).zip(&self.values).map(|(id, value)| Row { id, value })
    }
}

fn days() -> Vec<Day> {
    (1..=3)
        .map(|day| Day {
            date: format!("2014-07-{day:02}"),
            values: (0..day).map(|value| format!("{day}-{value}")).collect(),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_borrow_from_data_inside_the_task() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let task = tokio::spawn(async move {
        let days = days();
        let mut hooked = 0;
        let report = ingest::<Row<'_>>(&mut client)
            .on_before_visible(|before| {
                hooked += 1;
                async move {
                    before.transaction.batch_execute("SELECT 1").await?;
                    Ok(())
                }
                .boxed()
            })
            .on_progress(|progress| assert!(progress.rows <= 6))
            .batches(|after: Option<String>| {
                days.iter()
                    .filter(move |day| after.as_ref().is_none_or(|w| day.date > *w))
                    .map(|day| Batch::new(day.rows()).high_watermark(day.date.clone()))
            })
            .await
            .unwrap();
        assert_eq!(hooked, 3);
        (client, report)
    });
    let (mut client, report) = task.await.unwrap();
    assert_eq!(report.rows, 6);
    let task = tokio::spawn(async move {
        let days = days();
        let streamed = ingest::<Set<'_>>(&mut client).stream(|_: Option<String>| {
            stream::iter(&days).map(|day| {
                let rows = stream::iter(day.rows()).map(Ok::<_, std::io::Error>);
                Batch::stream(rows).high_watermark(day.date.clone())
            })
        });
        streamed.await.unwrap()
    });
    assert_eq!(task.await.unwrap().tables[0].updated, 5);
    assert_eq!(database.rows("SELECT value FROM t ORDER BY id").await, ["3-0", "3-1", "3-2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_a_sequence_that_borrow_from_data_inside_the_task() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let task = tokio::spawn(async move {
        let days = days();
        let mut hooked = 0;
        let report = ingest::<Row<'_>>(&mut client)
            .on_before_visible(|_| {
                hooked += 1;
                async { Ok(()) }.boxed()
            })
            .on_progress(|progress| assert!(progress.rows <= 6))
            .rows(|_| days.iter().flat_map(Day::rows), |row| row.value.len())
            .cut(Cut::each())
            .await
            .unwrap();
        assert_eq!(hooked, 1);
        let streamed = ingest::<Set<'_>>(&mut client)
            .row_stream(
                async |_: Option<usize>| {
                    stream::iter(days.iter().flat_map(Day::rows)).map(Set::Row)
                },
                |Set::Row(row)| row.value.len(),
            )
            .cut(Cut::period(Duration::from_secs(1)));
        (report, streamed.await.unwrap())
    });
    let (report, streamed) = task.await.unwrap();
    assert_eq!((report.rows, streamed.rows), (6, 6));
    assert_eq!(database.rows("SELECT value FROM t ORDER BY id").await, ["3-0", "3-1", "3-2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_push_form() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let task = tokio::spawn(async move {
        let days = days();
        let mut session = ingest::<Set<'_>>(&mut client).start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        for day in &days {
            batch.write_all(day.rows()).await.unwrap();
            batch.write(&Row { id: 100, value: &day.date }).await.unwrap();
        }
        batch.commit(1).await.unwrap();
        session.finish().await.unwrap()
    });
    assert_eq!(task.await.unwrap().rows, 9);
}
