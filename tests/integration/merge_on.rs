//! Rows that are merged on a unique constraint, while the server gives them their primary key.

mod keys;
mod spared;

use pg_bulk_ingest::{Batch, ErrorKind, Filled, IngestTable, TableReport, Upsert};
use tests::{Database, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone, Default)]
#[ingest(table = "t", merge_on(email))]
pub(crate) struct Person {
    #[ingest(primary_key, identity)]
    id: Filled<i64>,
    #[ingest(unique)]
    email: String,
    name: String,
}

fn person(email: impl ToString + Copy, name: &str) -> Person {
    Person { id: Filled, email: email.to_string(), name: name.to_owned() }
}

async fn load(client: &mut Client, rows: &[Person]) -> TableReport {
    let report = ingest::<Person>(client).batches(|_| [Batch::new(rows)]).await.unwrap();
    report.tables.into_iter().next().unwrap()
}

const ALL: &str = "SELECT id, email, name FROM t ORDER BY id";

/// What the sequence of an identity gave last, beside how many rows there are.
async fn taken(database: &Database) -> String {
    let sequence = database.row("SELECT pg_get_serial_sequence('t', 'id')").await;
    database.row(&format!("SELECT last_value, (SELECT count(*) FROM t) FROM {sequence}")).await
}

#[tokio::test]
async fn a_row_that_is_there_keeps_the_key_that_the_server_gave_it() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let table = load(&mut client, &[person("a", "A"), person("b", "x"), person("b", "B")]).await;
    assert_eq!([table.inserted, table.updated, table.unchanged], [2, 0, 0]);
    assert_eq!(database.rows(ALL).await, ["1|a|A", "2|b|B"]);
    let table = load(&mut client, &[person("c", "C"), person("b", "D"), person("a", "A")]).await;
    assert_eq!([table.inserted, table.updated, table.unchanged], [1, 1, 1]);
    assert_eq!(database.rows(ALL).await, ["1|a|A", "2|b|D", "3|c|C"]);
    assert_eq!(taken(&database).await, "3|3");
    assert!(ingest::<Person>(&mut client).plan().await.unwrap().is_empty());
    database.execute("TRUNCATE t").await;
    load(&mut client, &[person("b", "1"), person("b", "2"), person("a", "3")]).await;
    assert_eq!(database.rows(ALL).await, ["4|a|3", "5|b|2"]);
}

/// By whatever way they are merged.
#[tokio::test]
async fn no_row_that_is_there_takes_a_value_of_the_sequence() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let many = |name: &str| (0..12_000).map(|n| person(n % 11_990, name)).collect::<Vec<_>>();
    load(&mut client, &many("a")).await;
    assert_eq!(taken(&database).await, "11990|11990");
    // By a join of all, then by probes.
    for rows in [many("b"), many("b"), many("c")[..300].to_vec(), many("d")[..9].to_vec()] {
        load(&mut client, &rows).await;
        assert_eq!(taken(&database).await, "11990|11990");
    }
    // Next to none is there.
    let mut rows = (20_000..40_000).map(|n| person(n, "e")).collect::<Vec<_>>();
    rows[7] = person(3, "e");
    load(&mut client, &rows).await;
    assert_eq!(taken(&database).await, "31989|31989");
    let names = "SELECT name, count(*) FROM t GROUP BY 1 ORDER BY 1";
    assert_eq!(database.rows(names).await, ["b|11690", "c|291", "d|8", "e|20000"]);
    assert_eq!(database.row("SELECT count(*) FROM t WHERE id BETWEEN 1 AND 31989").await, "31989");
    // Nor does one that is skipped.
    ingest::<Person>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| [Batch::new(many("f"))])
        .await
        .unwrap();
    assert_eq!(taken(&database).await, "31989|31989");
}

#[tokio::test]
async fn unique_values_are_handed_over_and_no_value_of_the_sequence_is_taken() {
    #[derive(IngestTable)]
    #[ingest(table = "t", merge_on(email))]
    struct Seat {
        #[ingest(primary_key, identity = "always")]
        id: Filled<i64>,
        #[ingest(unique)]
        email: &'static str,
        #[ingest(unique)]
        seat: Option<i32>,
    }
    let seat = |email, seat| Seat { id: Filled, email, seat: Some(seat) };
    let database = Database::new().await;
    let mut client = database.connect().await;
    for rows in [
        vec![seat("a", 1), seat("b", 2), seat("c", 3)],
        // In a circle, and one that is new takes what another gives up.
        vec![seat("a", 2), seat("b", 1), seat("0", 3), seat("c", 4)],
    ] {
        ingest::<Seat>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    }
    let all = "SELECT id, email, seat FROM t ORDER BY id";
    assert_eq!(database.rows(all).await, ["1|a|2", "2|b|1", "3|c|4", "4|0|3"]);
    let rows = [seat("a", 5), seat("d", 1)];
    let error = ingest::<Seat>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!(error.row(), Some(2), "{error}");
    assert_eq!(database.rows(all).await, ["1|a|2", "2|b|1", "3|c|4", "4|0|3"]);
}

#[tokio::test]
async fn what_is_merged_on_has_to_come_with_the_rows() {
    type Given = Filled<i64>;
    #[derive(IngestTable)]
    #[ingest(table = "t", merge_on(id))]
    struct Row {
        #[ingest(unique, default = "1")]
        id: Given,
        name: String,
    }
    let _ = |row: Row| (row.id, row.name);
    let database = Database::new().await;
    let mut client = database.connect().await;
    let error = ingest::<Row>(&mut client).plan().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error}");
    assert!(error.to_string().contains("merge_on"), "{error}");
}
