//! What the functions may return, and what rows may be.

use super::{Entry, batches, entries, ids};
use futures_util::stream;
use pg_bulk_ingest::{Batch, Cut, ErrorKind, IngestTable, IngestTables, NoWatermark};
use std::collections::{LinkedList, VecDeque};
use std::error::Error as _;
use std::io;
use tests::{Database, ingest};

type Opened<T> = Result<T, io::Error>;

#[tokio::test]
async fn rows_come_from_iterators_and_collections_owned_or_not_in_results_or_not() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let client = &mut client;
    let of = |id| Entry { day: id, id };
    let days = |entry: &Entry| entry.day;
    ingest::<Entry>(client).rows(|_| vec![of(1)], days).await.unwrap();
    ingest::<Entry>(client).rows(|_| [of(2)], days).await.unwrap();
    ingest::<Entry>(client).rows(|_| Some(of(3)), |entry| entry.day).await.unwrap();
    ingest::<Entry>(client)
        .rows(|_| vec![of(4)].into_boxed_slice(), |entry| entry.day)
        .await
        .unwrap();
    ingest::<Entry>(client).rows(|_| VecDeque::from([of(5)]), Entry::day).await.unwrap();
    ingest::<Entry>(client).rows(|_| LinkedList::from([of(6)]), Entry::day).await.unwrap();
    let (array, list, queue) = ([of(7)], vec![of(8)], VecDeque::from([of(9)]));
    ingest::<Entry>(client).rows(|_| &array, |entry| entry.day).await.unwrap();
    ingest::<Entry>(client).rows(|_| &array[..0], |entry| entry.day).await.unwrap();
    ingest::<Entry>(client).rows(|_| &list, |entry| entry.day).await.unwrap();
    ingest::<Entry>(client).rows(|_| &queue, |entry| entry.day).await.unwrap();
    let lists = [vec![of(10)], vec![of(11)]];
    let references = lists.iter().flatten().collect::<Vec<_>>();
    ingest::<Entry>(client).rows(|_| references.iter(), |entry| entry.day).await.unwrap();
    let ok = |id| Ok::<_, io::Error>(of(id));
    ingest::<Entry>(client).rows(|_| [ok(12)], |entry| entry.day).await.unwrap();
    ingest::<Entry>(client).rows(|_| Opened::Ok([ok(13)]), |entry| entry.day).await.unwrap();
    ingest::<Entry>(client).rows(|_| Opened::Ok(vec![of(14)]), |entry| entry.day).await.unwrap();
    let list = vec![of(15)];
    let opened = |_| {
        let list = Opened::Ok(&list)?;
        Opened::Ok(list.iter().map(Opened::Ok))
    };
    ingest::<Entry>(client).rows(opened, |entry| entry.day).await.unwrap();
    let expected: Vec<String> = (1..16).map(|id: i32| id.to_string()).collect();
    assert_eq!(ids(&database).await, expected);
}

impl Entry {
    fn day(&self) -> i32 {
        self.day
    }
}

/// Borrows from what is in the task.
#[derive(IngestTable)]
#[ingest(table = "u")]
struct Line<'a> {
    text: &'a str,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_borrows_from_the_task_can_be_spawned() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let task = tokio::spawn(async move {
        let text = String::from("a\nb\nb\nc");
        let text = text.as_str();
        let lines = |after: Option<String>| {
            let lines = text.lines().map(|text| Opened::Ok(Line { text }));
            lines.filter(move |line| {
                line.as_ref()
                    .map_or(true, |line| after.as_deref().is_none_or(|after| line.text > after))
            })
        };
        let run = ingest::<Line<'_>>(&mut client).rows(lines, |line| line.text.to_owned());
        run.cut(Cut::rows(1)).ordered().await.unwrap()
    });
    let report = task.await.unwrap();
    assert_eq!((report.batches, report.high_watermark.as_deref()), (3, Some("c")));
}

/// Two tables.
#[derive(IngestTables)]
enum Row<'a> {
    Entry(Entry),
    Line(Line<'a>),
}

#[tokio::test]
async fn rows_of_a_set_go_each_into_its_table_and_batches_end_in_all_of_them() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mixed = |_| {
        let entry = |day, id| Row::Entry(Entry { day, id });
        [entry(1, 1), Row::Line(Line { text: "1" }), entry(2, 2), Row::Line(Line { text: "2" })]
    };
    let day = |row: &Row<'_>| match row {
        Row::Entry(entry) => entry.day,
        Row::Line(line) => line.text.parse().unwrap(),
    };
    let run = ingest::<Row<'_>>(&mut client).rows(mixed, day).cut(Cut::each());
    assert_eq!(run.await.unwrap().batches, 2);
    assert_eq!(batches(&database).await, ["1", "2"]);
    let both =
        "SELECT count(*) FROM t JOIN u ON t.xmin::text = u.xmin::text AND t.day::text = u.text";
    assert_eq!(database.row(both).await, "2");

    // Rows of one of the tables are that table's structs.
    let run = ingest::<Row<'_>>(&mut client).rows(|_| entries(&[3]), |entry| entry.day);
    assert_eq!(run.await.unwrap().rows, 1);
}

#[tokio::test]
async fn batches_of_results_are_those_of_their_rows_and_their_errors_are_none_of_their_rows() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let of = |days: &[i32]| entries(days).into_iter().map(Opened::Ok);
    let failing = |days: &[i32]| of(days).chain([Err(io::Error::other("the disk is gone"))]);
    let client = &mut client;
    let none = |_: Option<NoWatermark>| ();
    ingest::<Entry>(client)
        .batches(|after| {
            none(after);
            Batch::new(of(&[1]))
        })
        .await
        .unwrap();
    ingest::<Entry>(client)
        .batches(|after| {
            none(after);
            Batch::parts([of(&[2]), of(&[3])])
        })
        .await
        .unwrap();
    ingest::<Entry>(client)
        .stream(|after| {
            none(after);
            Batch::stream(stream::iter(of(&[4])))
        })
        .await
        .unwrap();
    ingest::<Entry>(client)
        .stream(|after| {
            none(after);
            Batch::stream(stream::iter(entries(&[5])))
        })
        .await
        .unwrap();
    let days = "SELECT t.day::text FROM t ORDER BY t.day";
    assert_eq!(database.rows(days).await, ["1", "2", "3", "4", "5"]);

    let one = ingest::<Entry>(client).batches(|after| {
        none(after);
        Batch::new(failing(&[6, 6]))
    });
    let error = one.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(error.source().unwrap().to_string(), "the disk is gone");
    assert_eq!((error.part(), error.row()), (None, Some(3)));
    let parts = [failing(&[6]), failing(&[6])];
    let parts = ingest::<Entry>(client).batches(|after| {
        none(after);
        Batch::parts(parts)
    });
    let error = parts.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(error.source().unwrap().to_string(), "the disk is gone");
    assert_eq!((error.part(), error.row()), (Some(1), Some(2)));
    // By reference the error cannot be had, but it is one.
    let results = failing(&[6]).collect::<Vec<_>>();
    let one = ingest::<Entry>(client).batches(|after| {
        none(after);
        Batch::new(results.iter())
    });
    let error = one.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(database.rows(days).await, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn a_batch_that_is_pushed_goes_on_without_a_result_that_is_an_error() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Entry>(&mut client).start::<NoWatermark>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write(Opened::Ok(Entry { day: 1, id: 1 })).await.unwrap();
    let error = batch.write(Opened::<Entry>::Err(io::Error::other("no"))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error}");
    assert_eq!(error.row(), Some(2));
    batch.write_all([Opened::Ok(Entry { day: 2, id: 2 })]).await.unwrap();
    batch.commit_without_high_watermark().await.unwrap();
    session.finish().await.unwrap();
    assert_eq!(ids(&database).await, ["1", "2"]);
}
