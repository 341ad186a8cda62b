//! The stored high watermark is read without an ingest.

use super::{Row, STORED, run};
use pg_bulk_ingest::{ErrorKind, IngestTable};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(schema = "missing", table = "t")]
struct Elsewhere {
    #[ingest(primary_key)]
    id: i32,
}

#[tokio::test]
async fn as_the_next_ingest_would_find_it() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    assert_eq!(ingest::<Row>(&mut client).stored::<i32>().await.unwrap(), None);
    let tables = "SELECT count(*) FROM pg_class WHERE relname = 't'";
    assert_eq!(database.row(tables).await, "0");
    run(&mut client, 7).await;
    assert_eq!(ingest::<Row>(&mut client).stored::<i32>().await.unwrap(), Some(7));
    let other = ingest::<Row>(&mut client).into_table("public", "other");
    assert_eq!(other.stored::<i32>().await.unwrap(), None);
    assert_eq!(ingest::<Elsewhere>(&mut client).stored::<i32>().await.unwrap(), None);
    assert_eq!(Elsewhere { id: 7 }.id, 7);
    assert_eq!(database.row(STORED).await, "7");
}

#[tokio::test]
async fn while_the_table_is_locked_and_by_a_role_that_may_do_nothing() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 7).await;
    let other = database.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut reader = database.connect_as("reader").await;
    let began = "BEGIN; SET LOCAL standard_conforming_strings = off; SET LOCAL search_path = ''";
    reader.batch_execute(began).await.unwrap();
    assert_eq!(ingest::<Row>(&mut reader).stored::<i32>().await.unwrap(), Some(7));
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    run(&mut client, 7).await;
    let error = ingest::<Row>(&mut client).stored::<String>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Watermark { .. }), "{error:?}");
    assert_eq!(error.table().unwrap().to_string(), r#""public"."t""#);
}
