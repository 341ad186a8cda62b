//! A row that a merge cannot write is named.

use pg_bulk_ingest::{Batch, Error, IngestTable, Migration};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone, Copy)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    number: i32,
}

const COUNT: i32 = 1_000;

/// The row of this number has the number 10, and so has one before it that a later one with its key
/// replaces.
async fn refused(client: &mut Client, guilty: i32) -> Error {
    let row = |id| Row { id, number: if id == guilty { 10 } else { 1 } };
    let mut rows = (1..=COUNT).map(row).collect::<Vec<_>>();
    if guilty > 10 {
        rows[4] = Row { id: COUNT, number: 10 };
    }
    let ingest = ingest::<Row>(client).migration(Migration::AdditiveOnly);
    ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err()
}

/// What refuses a row whose number is 10, and the column that is named.
const REFUSALS: &[(&str, Option<&str>)] = &[
    ("ALTER TABLE t ADD CONSTRAINT small CHECK (number < 10)", Some("number")),
    ("ALTER TABLE t ADD CHECK (number < 10 OR id = 0)", None),
    (
        "CREATE TABLE o (number int PRIMARY KEY); INSERT INTO o VALUES (1);
         ALTER TABLE t ADD FOREIGN KEY (number) REFERENCES o",
        Some("number"),
    ),
    ("CREATE UNIQUE INDEX ON t ((NULLIF(number, 1))); INSERT INTO t VALUES (-1, 10)", None),
    ("ALTER TABLE t ADD EXCLUDE ((NULLIF(number, 1)) WITH =); INSERT INTO t VALUES (-1, 10)", None),
    ("CREATE INDEX ON t ((100 / (number - 10)))", None),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN IF new.number = 10 THEN RAISE ''no''; END IF; RETURN new; END';
         CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE refuse()",
        None,
    ),
    (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN new.number := NULLIF(new.number, 10); RETURN new; END';
         CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE refuse()",
        Some("number"),
    ),
];

#[tokio::test]
async fn the_row_and_the_column_are_named() {
    for (fixture, column) in REFUSALS {
        let database = Database::new().await;
        let mut client = database.connect().await;
        database.execute("CREATE TABLE t (id int PRIMARY KEY, number int NOT NULL)").await;
        database.execute("INSERT INTO t VALUES (1, 1)").await;
        database.execute(fixture).await;
        for guilty in [2, 700, COUNT - 1] {
            let error = refused(&mut client, guilty).await;
            let place = (error.batch(), error.row(), error.column());
            let row = u64::try_from(guilty).unwrap();
            assert_eq!(place, (Some(1), Some(row), *column), "{fixture}: {error}");
            assert!(error.to_string().starts_with("cannot merge the rows: "), "{error}");
        }
        let rows = (2..=COUNT).map(|id| Row { id, number: 1 });
        let ingest = ingest::<Row>(&mut client).migration(Migration::AdditiveOnly);
        ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
    }
}
