//! A unique value that one row of a batch gives up and another takes.

mod kinds;
mod outcome;

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, Delete, Error, ErrorKind, IngestTable, Migration, Visibility};
use tests::{Database, RoundTrips, ingest};
use tokio_postgres::Client;

#[derive(IngestTable, Clone, Copy)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    code: Option<i32>,
    other: i32,
}

#[derive(IngestTable, Clone, Copy)]
#[ingest(table = "t")]
struct Strict {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(unique)]
    code: i32,
}

fn row((id, code, other): (i32, Option<i32>, i32)) -> Row {
    Row { id, code, other }
}

type Counts = (u64, u64, u64);

async fn load(client: &mut Client, rows: Rows<'_>) -> Result<Counts, Error> {
    let rows = rows.iter().copied().map(row);
    let ingest = ingest::<Row>(client).migration(Migration::AdditiveOnly);
    let report = ingest.batches(|_| [Batch::new(rows)]).await?;
    let table = &report.tables[0];
    Ok((table.inserted, table.updated, table.unchanged))
}

async fn load_strict(client: &mut Client, rows: Vec<Strict>) -> Result<Counts, Error> {
    let report = ingest::<Strict>(client).batches(|_| [Batch::new(rows)]).await?;
    let table = &report.tables[0];
    Ok((table.inserted, table.updated, table.unchanged))
}

const CREATE: &str =
    "CREATE TABLE t (id integer PRIMARY KEY, code integer, other integer NOT NULL)";

type Rows<'a> = &'a [(i32, Option<i32>, i32)];

/// The indexes, the rows before, those of the batch, and its counts. The batch is all rows afterwards.
const BATCHES: &[(&str, Rows<'_>, Rows<'_>, Counts)] = &[
    // Up and down: one of them is in the order of the key.
    (
        "CREATE UNIQUE INDEX ON t (code)",
        &[(1, Some(1), 0), (2, Some(2), 0), (3, Some(3), 0)],
        &[(1, Some(2), 0), (2, Some(3), 0), (3, Some(4), 0)],
        (0, 3, 0),
    ),
    (
        "CREATE UNIQUE INDEX ON t (code)",
        &[(1, Some(2), 0), (2, Some(3), 0), (3, Some(4), 0), (4, Some(5), 0)],
        &[(1, Some(1), 0), (2, Some(2), 0), (3, Some(3), 0), (4, Some(5), 0)],
        (0, 3, 1),
    ),
    // Given up for NULL, and taken by a row that is new.
    (
        "ALTER TABLE t ADD UNIQUE (code)",
        &[(2, Some(1), 0), (3, Some(2), 0)],
        &[(1, Some(1), 0), (2, Some(2), 0), (3, None, 0)],
        (1, 2, 0),
    ),
    // Of several columns, of an expression, and of a part of the table.
    (
        "CREATE UNIQUE INDEX ON t (code, other)",
        &[(1, Some(1), 1), (2, Some(1), 2), (3, Some(2), 1)],
        &[(1, Some(1), 2), (2, Some(2), 1), (3, Some(3), 1)],
        (0, 3, 0),
    ),
    (
        "CREATE UNIQUE INDEX ON t ((code % 10))",
        &[(1, Some(11), 0), (2, Some(22), 0), (3, None, 0)],
        &[(1, Some(42), 0), (2, Some(53), 0), (3, None, 0)],
        (0, 2, 1),
    ),
    (
        "CREATE UNIQUE INDEX ON t (code) WHERE other > 0",
        &[(1, Some(1), 0), (2, Some(1), 1), (3, Some(2), 0)],
        &[(1, Some(1), 1), (2, Some(1), 0), (3, Some(2), 7)],
        (0, 3, 0),
    ),
    // By one index 1 waits for 2, by the other 2 for 3.
    (
        "CREATE UNIQUE INDEX ON t (code); CREATE UNIQUE INDEX ON t (other)",
        &[(1, Some(1), 10), (2, Some(2), 20), (3, Some(3), 30)],
        &[(1, Some(2), 10), (2, Some(5), 30), (3, Some(1), 40)],
        (0, 3, 0),
    ),
    // In a circle, of two, of three, and of both with a path that leads there.
    (
        "CREATE UNIQUE INDEX ON t (code)",
        &[(1, Some(1), 0), (2, Some(2), 0)],
        &[(1, Some(2), 0), (2, Some(1), 0)],
        (0, 2, 0),
    ),
    (
        "CREATE UNIQUE INDEX ON t (code)",
        &[(1, Some(1), 0), (2, Some(2), 0), (3, Some(3), 0), (4, Some(4), 0), (5, Some(5), 0)],
        &[(1, Some(2), 0), (2, Some(3), 0), (3, Some(1), 0), (4, Some(5), 0), (5, Some(4), 0)],
        (0, 5, 0),
    ),
    (
        "CREATE UNIQUE INDEX ON t (other); CREATE UNIQUE INDEX ON t (code)",
        &[(1, Some(1), 10), (2, Some(2), 20), (3, Some(3), 30)],
        &[(1, Some(2), 11), (2, Some(1), 21), (3, Some(4), 10)],
        (0, 3, 0),
    ),
    // By one index 1 waits for 2, by the other 2 for 1.
    (
        "CREATE UNIQUE INDEX ON t (other); CREATE UNIQUE INDEX ON t (code)",
        &[(1, Some(1), 10), (2, Some(2), 20)],
        &[(1, Some(3), 20), (2, Some(1), 30)],
        (0, 2, 0),
    ),
];

#[tokio::test]
async fn it_is_given_up_before_it_is_taken() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (indexes, before, batch, expected) in BATCHES {
        database.execute(&format!("{CREATE}; {indexes}")).await;
        load(&mut client, before).await.unwrap();
        let counts = load(&mut client, batch).await;
        let counts = counts.unwrap_or_else(|error| panic!("{indexes}: {batch:?}: {error}"));
        assert_eq!(counts, *expected, "{indexes}: {batch:?}");
        let line = |(id, code, other): &(i32, Option<i32>, i32)| {
            let code = code.map_or_else(|| "NULL".to_owned(), |code| code.to_string());
            format!("{id}|{code}|{other}")
        };
        let stored = "SELECT id, COALESCE(code::text, 'NULL'), other FROM t ORDER BY id";
        assert_eq!(database.rows(stored).await, batch.iter().map(line).collect::<Vec<_>>());
        database.execute("DROP TABLE t").await;
    }
}

#[tokio::test]
async fn long_chains_are_written_in_one_statement() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let strict = |shift: i32| (0..10_000).map(move |id| Strict { id, code: id + shift }).collect();
    load_strict(&mut client, strict(0)).await.unwrap();
    database
        .execute(
            "CREATE TABLE log (id integer);
            CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN INSERT INTO log VALUES (new.id); RETURN new; END';
            CREATE TRIGGER log AFTER UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE log()",
        )
        .await;
    for shift in [1, 0] {
        let counts = load_strict(&mut client, strict(shift)).await.unwrap();
        assert_eq!(counts, (0, 10_000, 0));
        assert_eq!(
            database.row("SELECT count(*) FROM t WHERE code = id").await,
            match shift {
                0 => "10000",
                _ => "0",
            }
        );
    }
    let logged = "SELECT count(*), count(DISTINCT id) FROM log";
    assert_eq!(database.row(logged).await, "20000|10000");
}

#[tokio::test]
async fn the_last_of_rows_with_equal_keys_counts() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database.execute(&format!("{CREATE}; CREATE UNIQUE INDEX ON t (code)")).await;
    load(&mut client, &[(1, Some(1), 0), (2, Some(2), 0)]).await.unwrap();
    // The first of them is not written, and so gives and takes nothing.
    let batch = [(1, Some(2), 0), (2, Some(1), 0), (1, Some(7), 0), (3, Some(2), 0)];
    assert_eq!(load(&mut client, &batch).await.unwrap(), (1, 2, 0));
    let stored = "SELECT string_agg(id || ' ' || code, ', ' ORDER BY id) FROM t";
    assert_eq!(database.row(stored).await, "1 7, 2 1, 3 2");
}

#[tokio::test]
async fn the_high_watermark_is_stored_with_it_and_the_session_goes_on() {
    let database = Database::new().await;
    let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
    database.execute(&format!("{CREATE}; CREATE UNIQUE INDEX ON t (code)")).await;
    let ingest = ingest::<Row>(&mut client).migration(Migration::AdditiveOnly);
    let mut session = ingest.start::<i32>().await.unwrap();
    let batch = |codes: [i32; 3], watermark| {
        let rows = (1..).zip(codes).map(|(id, code)| row((id, Some(code), 0)));
        Batch::new(rows).high_watermark(watermark)
    };
    session.ingest(batch([1, 2, 3], 0)).await.unwrap();
    for (watermark, (codes, most)) in
        (1..).zip([([2, 3, 4], 12), ([12, 13, 14], 4), ([13, 12, 14], 13), ([1, 2, 3], 4)])
    {
        round_trips.take();
        session.ingest(batch(codes, watermark)).await.unwrap();
        let taken = round_trips.take();
        assert!(taken <= most, "{codes:?}: {taken}");
    }
    session.finish().await.unwrap();
    let stored = "SELECT string_agg(id || ' ' || code, ', ' ORDER BY id),
        harness.high_watermark('t'::regclass) FROM t";
    let expected = "1 1, 2 2, 3 3|4";
    assert_eq!(database.row(stored).await, expected);
}

#[tokio::test]
async fn a_circle_that_cannot_be_broken_is_an_error_that_says_so() {
    let refused = |error: &Error| {
        let ErrorKind::UniqueCycle { constraints } = error.kind() else { panic!("{error:?}") };
        assert_eq!(*constraints, ["t_code_key"]);
        assert!(error.batch() == Some(1) && [Some(2), Some(3)].contains(&error.row()), "{error}");
        assert_eq!(error.table().unwrap().name(), "t");
        assert!(error.to_string().starts_with("cannot merge the rows: "), "{error}");
    };
    for fixture in [
        "ALTER TABLE t ADD CHECK (code IS NOT NULL)",
        "CREATE TABLE o (code integer REFERENCES t (code) ON UPDATE CASCADE)",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN IF new.code IS NULL THEN RAISE ''no''; END IF; RETURN new; END';
         CREATE TRIGGER refuse BEFORE UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE refuse()",
        "",
    ] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        let before = [(1, Some(1), 0), (2, Some(2), 0), (3, Some(3), 0)];
        let batch = [(1, Some(4), 0), (2, Some(3), 0), (3, Some(2), 0)];
        let error = if fixture.is_empty() {
            let strict = |rows: Rows<'_>| {
                let strict = |&(id, code, _): &_| Strict { id, code: Option::unwrap(code) };
                rows.iter().map(strict).collect()
            };
            load_strict(&mut client, strict(&before)).await.unwrap();
            load_strict(&mut client, strict(&batch)).await.unwrap_err()
        } else {
            database
                .execute(&format!("{CREATE}; ALTER TABLE t ADD UNIQUE (code); {fixture}"))
                .await;
            load(&mut client, &before).await.unwrap();
            load(&mut client, &batch).await.unwrap_err()
        };
        refused(&error);
        assert_eq!(database.row("SELECT count(*) FROM t WHERE code = id").await, "3");
    }
}

#[tokio::test]
async fn a_value_that_is_not_given_up_is_a_violation() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database.execute(&format!("{CREATE}; ALTER TABLE t ADD UNIQUE (code)")).await;
    load(&mut client, &[(1, Some(1), 0), (2, Some(2), 0), (3, Some(3), 0)]).await.unwrap();
    for batch in [
        // By a row that the batch has not, by one that stays, and with a hand-over beside it.
        &[(5, Some(1), 0)][..],
        &[(1, Some(3), 0), (3, Some(3), 0)],
        &[(1, Some(2), 0), (2, Some(4), 0), (5, Some(3), 0)],
        &[(4, Some(1), 0), (1, Some(9), 0), (5, Some(1), 0)],
    ] {
        let error = load(&mut client, batch).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "23505", "{error:?}");
        assert!(matches!(error.kind(), ErrorKind::Server), "{error:?}");
    }
}

#[tokio::test]
async fn what_refers_to_the_values_follows_them() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!(
            "{CREATE}; ALTER TABLE t ADD UNIQUE (code);
            CREATE TABLE o (id integer, code integer REFERENCES t (code) ON UPDATE CASCADE)"
        ))
        .await;
    load(&mut client, &[(1, Some(1), 0), (2, Some(2), 0), (3, Some(3), 0)]).await.unwrap();
    database.execute("INSERT INTO o SELECT id, code FROM t").await;
    load(&mut client, &[(1, Some(2), 0), (2, Some(3), 0), (3, Some(4), 0)]).await.unwrap();
    let differs = "SELECT count(*) FROM t JOIN o USING (id) WHERE t.code <> o.code";
    assert_eq!(database.row(differs).await, "0");
}

#[tokio::test]
async fn a_deferrable_constraint_needs_no_order() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!(
            "{CREATE}; ALTER TABLE t ALTER code SET NOT NULL, ADD UNIQUE (code) DEFERRABLE"
        ))
        .await;
    load(&mut client, &[(1, Some(1), 0), (2, Some(2), 0)]).await.unwrap();
    load(&mut client, &[(1, Some(2), 0), (2, Some(1), 0)]).await.unwrap();
    let stored = "SELECT string_agg(id || ' ' || code, ', ' ORDER BY id) FROM t";
    assert_eq!(database.row(stored).await, "1 2, 2 1");
}

#[tokio::test]
async fn values_of_columns_that_are_not_the_structs_stay_with_their_rows() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!(
            "{CREATE}; ALTER TABLE t ADD region text NOT NULL DEFAULT 'eu';
            CREATE UNIQUE INDEX ON t (region, code);
            INSERT INTO t VALUES (1, 1, 0, 'eu'), (2, 2, 0, 'us'), (3, 2, 0, 'eu')"
        ))
        .await;
    load(&mut client, &[(1, Some(2), 0), (2, Some(1), 0), (3, Some(3), 0)]).await.unwrap();
    let stored = "SELECT string_agg(region || id || ' ' || code, ', ' ORDER BY id) FROM t";
    assert_eq!(database.row(stored).await, "eu1 2, us2 1, eu3 3");
}

#[tokio::test]
async fn triggers_see_only_rows_of_a_circle_twice() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!(
            "{CREATE}; CREATE UNIQUE INDEX ON t (code); CREATE TABLE log (line text);
            CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN INSERT INTO log VALUES (new.id || COALESCE('' '' || new.code, '''')); RETURN new; END';
            INSERT INTO t VALUES (1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 0);
            CREATE TRIGGER log AFTER UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE log()"
        ))
        .await;
    let batch = [(1, Some(2), 0), (2, Some(1), 0), (3, Some(4), 0), (4, Some(5), 0)];
    let ingest =
        ingest::<Row>(&mut client).migration(Migration::AdditiveOnly).on_before_visible(|before| {
            async move {
                before.transaction.batch_execute("UPDATE t SET other = 1").await.map_err(Into::into)
            }
            .boxed()
        });
    ingest.batches(|_| [Batch::new(batch.map(row))]).await.unwrap();
    let logged =
        "SELECT string_agg(line, ', ' ORDER BY line) FROM (SELECT DISTINCT line FROM log) l";
    assert_eq!(database.row(logged).await, "1 2, 2, 2 1, 3 4, 4 5");
}

#[tokio::test]
async fn batches_after_a_delete_hand_over_too() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        let strict = |codes: [i32; 3]| (1..).zip(codes).map(|(id, code)| Strict { id, code });
        ingest::<Strict>(&mut client)
            .delete(Delete::BeforeFirstBatch)
            .visibility(visibility)
            .batches(|_| [[1, 2, 3], [2, 3, 4], [0, 2, 3]].map(|codes| Batch::new(strict(codes))))
            .await
            .unwrap();
        let stored = "SELECT string_agg(code::text, ' ' ORDER BY id) FROM t";
        assert_eq!(database.row(stored).await, "0 2 3");
    }
}
