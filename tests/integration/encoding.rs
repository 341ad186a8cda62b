//! Databases of other encodings than UTF8.

use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Iter};
use tests::{Database, ingest};
use tokio_postgres::error::SqlState;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(sql_type = "varchar(10)")]
    code: String,
}

/// A database of this encoding, and its URL.
async fn create(database: &Database, encoding: &str) -> (String, String) {
    let name = format!("{}_{}", database.name(), encoding.to_lowercase());
    let sql = format!(
        "CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    );
    database.execute(&sql).await;
    (name.clone(), database.url().replace(database.name(), &name))
}

/// The server counts bytes there: of five letters of two bytes and five spaces it would cut off the
/// spaces, without an error.
#[tokio::test]
async fn one_that_has_no_encoding_is_refused_before_the_batches_are_asked_for() {
    let database = Database::new().await;
    let (name, url) = create(&database, "SQL_ASCII").await;
    let mut client = tests::connect(&url).await;
    let batches = |_| -> [Batch<Iter<Vec<Row>>>; 0] { panic!("asked for batches") };
    let error = ingest::<Row>(&mut client).batches(batches).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("{name:?} is SQL_ASCII")), "{error}");
    ingest::<Row>(&mut client).plan().await.unwrap_err();
    assert_eq!(tests::rows(&client, "SELECT to_regclass('t')").await, ["∅"]);
}

#[tokio::test]
async fn one_of_another_encoding_holds_what_it_can() {
    let database = Database::new().await;
    let (_, url) = create(&database, "LATIN1").await;
    let mut client = tests::connect(&url).await;
    let code = "äöüßé     ";
    let batches = |_| [Batch::new([Row { code: code.to_owned() }])];
    ingest::<Row>(&mut client).batches(batches).await.unwrap();
    assert_eq!(tests::rows(&client, "SELECT code FROM t").await, [code]);
    let batches = |_| [Batch::new([Row { code: "→".to_owned() }])];
    let error = ingest::<Row>(&mut client).batches(batches).await.unwrap_err();
    assert_eq!(error.code().map(SqlState::code), Some("22P05"), "{error:?}");
}
