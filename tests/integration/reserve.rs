//! Ids that are reserved before the rows that have them are written.

use pg_bulk_ingest::{ErrorKind, IngestTable, IngestTables, Visibility};
use std::collections::BTreeSet;
use tests::{Database, RoundTrips, ingest};

#[derive(IngestTable)]
struct Author {
    #[ingest(primary_key, identity)]
    id: i64,
    name: String,
}

#[derive(IngestTable)]
struct Book {
    #[ingest(primary_key, identity)]
    id: i32,
    author: i64,
}

#[derive(IngestTables)]
enum Library {
    Author(Author),
    Book(Book),
}

const BOTH: &str =
    "SELECT a.id, a.name, b.id FROM author a JOIN book b ON b.author = a.id ORDER BY b.id";

#[tokio::test]
async fn parents_and_children_of_one_batch_refer_to_each_other() {
    let database = Database::new().await;
    let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
    ingest::<Library>(&mut client).migrate().await.unwrap();
    database.execute("ALTER TABLE book ADD FOREIGN KEY (author) REFERENCES author").await;
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        let ingest = ingest::<Library>(&mut client).visibility(visibility);
        let mut session = ingest.start::<i64>().await.unwrap();
        for watermark in 1..3 {
            round_trips.take();
            let authors = session.reserve::<Author>(2).await.unwrap();
            assert_eq!(round_trips.take(), 1);
            let books = session.reserve::<Book>(4).await.unwrap();
            assert!(session.reserve::<Book>(0).await.unwrap().is_empty());
            let mut batch = session.batch().await.unwrap();
            for (n, id) in (0..).zip(books) {
                batch.write(Book { id, author: authors[n % 2] }).await.unwrap();
            }
            for id in authors {
                batch.write(Author { id, name: format!("author {id}") }).await.unwrap();
            }
            batch.commit(watermark).await.unwrap();
        }
        session.finish().await.unwrap();
    }
    let rows = database.rows(BOTH).await;
    assert_eq!((rows.len(), &*rows[0], &*rows[15]), (16, "1|author 1|1", "8|author 8|16"));
    // Who inserts without an id, gets the next.
    database.execute("INSERT INTO author (name) VALUES ('by hand')").await;
    assert_eq!(database.row("SELECT max(id), count(*) FROM author").await, "9|9");
    assert!(ingest::<Library>(&mut client).plan().await.unwrap().is_empty());
}

#[tokio::test]
async fn no_two_sessions_get_the_same() {
    let database = &Database::new().await;
    let mut client = database.connect().await;
    ingest::<Author>(&mut client).migrate().await.unwrap();
    let reserve = async || {
        let mut client = database.connect().await;
        let mut session = ingest::<Author>(&mut client).start::<i64>().await.unwrap();
        let ids = session.reserve::<Author>(10_000).await.unwrap();
        assert!(ids.is_sorted());
        ids
    };
    let (one, two) = tokio::join!(reserve(), reserve());
    assert_eq!(one.into_iter().chain(two).collect::<BTreeSet<_>>().len(), 20_000);
}

#[tokio::test]
async fn without_a_sequence_or_its_privilege_nothing_is_reserved() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Author>(&mut client).start::<i64>().await.unwrap();
    let error = session.reserve::<Author>(1).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("migrate()"), "{error}");
    session.finish().await.unwrap();
    let role = database.role("writer");
    database
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT, INSERT, UPDATE ON author TO {role}"
        ))
        .await;
    let mut client = database.connect_as("writer").await;
    let mut session = ingest::<Author>(&mut client).start::<i64>().await.unwrap();
    let error = session.reserve::<Author>(1).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error}");
    assert!(error.to_string().contains("sequence"), "{error}");
}

/// An identity that rows come with is not changed by a merge, and any that they come with is taken.
#[tokio::test]
async fn a_row_that_is_there_keeps_its_id() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Person {
        #[ingest(unique, identity)]
        id: i64,
        #[ingest(primary_key)]
        mail: &'static str,
        name: &'static str,
    }
    let person = |id, mail, name| Person { id, mail, name };
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Person>(&mut client).migrate().await.unwrap();
    for rows in [
        vec![person(7, "a", "A"), person(9, "b", "B")],
        vec![person(1, "a", "C"), person(2, "b", "B"), person(3, "c", "C"), person(4, "c", "D")],
    ] {
        let mut session = ingest::<Person>(&mut client).start::<i64>().await.unwrap();
        let mut batch = session.batch().await.unwrap();
        batch.write_all(&rows).await.unwrap();
        batch.commit_without_high_watermark().await.unwrap();
        session.finish().await.unwrap();
    }
    assert_eq!(database.rows("SELECT * FROM t ORDER BY id").await, ["3|c|D", "7|a|C", "9|b|B"]);
}
