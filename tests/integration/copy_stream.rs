//! What is sent of a `COPY`. A binary one that is cut at the end of a row is taken for whole: one that
//! fails has to be ended by the message that says so, whatever becomes of the transaction.

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Upsert};
use std::panic::AssertUnwindSafe;
use tests::{Copied, Database, Proxy, ingest, read_copy};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

/// How the rows end, once several chunks were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    Error,
    Panic,
    Dropped,
    /// A value that no text can hold.
    Refused,
}

/// How many rows there are: more than a chunk holds.
const ROWS: i32 = 40_000;

async fn load(client: &mut Client, upsert: Upsert, end: End) {
    let rows = (1..=ROWS).map(move |id| {
        let value = if id == ROWS && end == End::Refused { "\0" } else { "some text" };
        match (id == ROWS, end) {
            (true, End::Error) => Err("no more rows"),
            (true, End::Panic) => std::panic::resume_unwind(Box::new("no more rows")),
            _ => Ok(Row { id, value: value.to_owned() }),
        }
    });
    let ingest = ingest::<Row>(client).upsert(upsert);
    if end == End::Dropped {
        let mut session = ingest.start::<i32>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write_all(rows.map(Result::unwrap)).await.unwrap();
        return;
    }
    let run = ingest.batches(|_| [Batch::try_new(rows)]);
    let ended = AssertUnwindSafe(run).catch_unwind().await;
    match end {
        End::Whole => assert!(matches!(ended, Ok(Ok(_)))),
        End::Panic => assert!(ended.is_err()),
        End::Error => assert!(matches!(ended.unwrap().unwrap_err().kind(), ErrorKind::Source)),
        End::Refused | End::Dropped => {
            assert_eq!(ended.unwrap().unwrap_err().row(), Some(u64::try_from(ROWS).unwrap()));
        }
    }
}

/// What is sent of the `COPY`, which is one.
async fn sent(upsert: Upsert, end: End) -> Copied {
    let database = Database::new().await;
    let proxy = Proxy::new(&database.url()).await;
    let mut client = proxy.connect(&database.url()).await;
    proxy.keep_copies();
    load(&mut client, upsert, end).await;
    // By the answer to this all has passed that was sent before.
    tests::rows(&client, "SELECT 1").await;
    let mut copies = proxy.copies();
    assert_eq!(copies.len(), 1, "{upsert:?}: {end:?}");
    copies.remove(0)
}

#[tokio::test]
async fn of_a_batch_that_fails_is_never_ended_as_if_it_were_all() {
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        for end in [End::Error, End::Panic, End::Dropped, End::Refused] {
            let copied = sent(upsert, end).await;
            assert!(copied.data.len() > 1000, "{upsert:?}: {end:?}");
            assert_eq!(copied.end, Some(b'f'), "{upsert:?}: {end:?}");
            assert!(read_copy(&copied.data).is_err(), "{upsert:?}: {end:?}: it has an end");
        }
    }
}

#[tokio::test]
async fn of_a_batch_that_is_whole_is_all() {
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        let copied = sent(upsert, End::Whole).await;
        assert_eq!(copied.end, Some(b'c'));
        let rows = read_copy(&copied.data).unwrap();
        assert_eq!(rows.len(), usize::try_from(ROWS).unwrap());
        for (id, row) in (1..).zip(&rows) {
            assert_eq!(row[0].as_deref(), Some(i32::to_be_bytes(id).as_slice()));
            assert_eq!(row[1].as_deref(), Some(b"some text".as_slice()));
        }
    }
}
