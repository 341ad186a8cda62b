//! A unique value that one row of a batch gives up and another takes.

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, Delete, Error, ErrorKind, IngestTable, Migration, Visibility, ingest};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Database, RoundTrips};
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
        (1..).zip([([2, 3, 4], 10), ([12, 13, 14], 6), ([13, 12, 14], 11), ([1, 2, 3], 6)])
    {
        round_trips.take();
        session.ingest(batch(codes, watermark)).await.unwrap();
        let taken = round_trips.take();
        assert!(taken <= most, "{codes:?}: {taken}");
    }
    session.finish().await.unwrap();
    let stored = "SELECT string_agg(id || ' ' || code, ', ' ORDER BY id),
        obj_description('t'::regclass) FROM t";
    let expected = r#"1 1, 2 2, 3 3|{"pg-bulk-ingest": {"high-watermark": 4}}"#;
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
async fn nulls_that_are_not_distinct_are_handed_over() {
    if tests::version() < 15 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!("{CREATE}; CREATE UNIQUE INDEX ON t (code, other) NULLS NOT DISTINCT"))
        .await;
    load(&mut client, &[(1, Some(1), 0), (2, None, 0)]).await.unwrap();
    load(&mut client, &[(1, None, 0), (2, Some(2), 0)]).await.unwrap();
    let error = load(&mut client, &[(1, Some(2), 0), (2, None, 0)]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UniqueCycle { .. }), "{error:?}");
}

#[derive(IngestTable, Clone)]
#[ingest(table = "p", primary_key(region, id))]
struct Part {
    region: i32,
    id: i32,
    #[ingest(sql_type = "citext")]
    name: Option<String>,
}

/// Names that are equal but not to the letter, and indexes that find them so.
#[tokio::test]
async fn values_are_compared_as_the_index_does() {
    for partitioned in [false, true] {
        let (by, parts) = match partitioned {
            true => (
                "PARTITION BY HASH (region)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                 CREATE TABLE p2 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
            ),
            false => ("", ""),
        };
        if partitioned && tests::version() < 11 {
            continue;
        }
        let database = Database::new().await;
        let mut client = database.connect().await;
        database
            .execute(&format!(
                "CREATE TABLE p (region integer, id integer, name citext, PRIMARY KEY (region, id),
                    UNIQUE (region, name)) {by};
                {parts}"
            ))
            .await;
        let names = [["a", "b", "c"], ["B", "C", "d"], ["c", "b", "A"], ["A", "c", "B"]];
        for (count, names) in names.into_iter().enumerate() {
            let rows = (1..).zip(names).flat_map(|(id, name)| {
                [1, 2].map(|region| Part { region, id, name: Some(name.to_owned()) })
            });
            let report = ingest::<Part>(&mut client)
                .migration(Migration::AdditiveOnly)
                .batches(|_| [Batch::parts([rows.collect::<Vec<_>>()])])
                .await
                .unwrap();
            let table = &report.tables[0];
            let expected = if count == 0 { (6, 0) } else { (0, 6) };
            assert_eq!((table.inserted, table.updated), expected, "{partitioned}");
            let stored = "SELECT string_agg(name, ' ' ORDER BY region, id) FROM p";
            let names = names.join(" ");
            assert_eq!(database.row(stored).await, format!("{names} {names}"));
        }
    }
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

#[tokio::test]
async fn computed_values_are_handed_over() {
    if tests::version() < 12 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!(
            "{CREATE}; ALTER TABLE t ADD half integer GENERATED ALWAYS AS (code / 2) STORED;
            CREATE UNIQUE INDEX ON t (half) WHERE other = 0"
        ))
        .await;
    load(&mut client, &[(2, Some(2), 0), (3, Some(4), 0), (4, Some(5), 1)]).await.unwrap();
    load(&mut client, &[(1, Some(3), 0), (2, Some(5), 0), (3, Some(6), 0)]).await.unwrap();
    let stored = "SELECT string_agg(id || ' ' || half, ', ' ORDER BY id) FROM t";
    assert_eq!(database.row(stored).await, "1 1, 2 2, 3 3, 4 2");
    let circle = [(2, Some(6), 0), (3, Some(5), 0)];
    let error = load(&mut client, &circle).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UniqueCycle { .. }), "{error:?}");
}

/// What an exclusion constraint keeps apart is no single value.
#[tokio::test]
async fn ranges_are_handed_over() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(&format!(
            "{CREATE}; ALTER TABLE t ADD CONSTRAINT apart
            EXCLUDE USING gist (int4range(code, other) WITH &&)"
        ))
        .await;
    load(&mut client, &[(1, Some(1), 9), (2, Some(9), 19), (3, Some(19), 29)]).await.unwrap();
    load(&mut client, &[(1, Some(2), 12), (2, Some(12), 22), (3, Some(22), 32)]).await.unwrap();
    let apart = [(1, Some(12), 22), (2, Some(2), 12)];
    let error = load(&mut client, &apart).await.unwrap_err();
    let ErrorKind::UniqueCycle { constraints } = error.kind() else { panic!("{error:?}") };
    assert_eq!(*constraints, ["apart"]);
    let error = load(&mut client, &[(1, Some(2), 14), (2, Some(13), 22)]).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23P01", "{error:?}");
    assert!(matches!(error.kind(), ErrorKind::Server), "{error:?}");
}

#[derive(IngestTable, Debug, Clone, Copy)]
#[ingest(table = "t")]
struct Two {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(unique)]
    first: Option<i32>,
    #[ingest(unique)]
    second: Option<i32>,
}

/// Whatever a batch makes of the values: if they are unique afterwards it passes, and if they are not it is
/// a violation.
#[tokio::test]
async fn the_outcome_alone_decides() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut session = ingest::<Two>(&mut client).start::<i32>().await.unwrap();
    let mut state = 7_u64;
    let mut random = |below: i32| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((state >> 33) % u64::try_from(below).unwrap()).unwrap()
    };
    let all = (0..9).map(|id| Two { id, first: Some(id), second: Some(id) });
    let mut table = all.map(|row| (row.id, row)).collect::<BTreeMap<_, _>>();
    let all = table.clone().into_values();
    session.ingest(Batch::new(all).high_watermark(-1)).await.unwrap();
    let (mut passed, mut refused) = (0, 0);
    for watermark in 0..60 {
        // Values that are dealt out anew, and now and then one too many.
        let ids = (0..9).filter(|_| random(4) > 0).collect::<Vec<_>>();
        let deal = |value: fn(&Two) -> Option<i32>, dealt: &mut dyn FnMut(i32) -> i32| {
            let mut values = ids.iter().map(|id| table.get(id).and_then(value)).collect::<Vec<_>>();
            for at in (1..values.len()).rev() {
                values.swap(at, usize::try_from(dealt(i32::try_from(at).unwrap() + 1)).unwrap());
            }
            if let Some(any) = values.first_mut() {
                *any = Some(dealt(12)).filter(|value| *value < 11);
            }
            values
        };
        let (first, second) =
            (deal(|row| row.first, &mut random), deal(|row| row.second, &mut random));
        let rows = ids.iter().zip(first).zip(second);
        let rows = rows.map(|((&id, first), second)| Two { id, first, second }).collect::<Vec<_>>();
        let mut after = table.clone();
        after.extend(rows.iter().map(|row| (row.id, *row)));
        let is_unique = |value: fn(&Two) -> Option<i32>| {
            let mut seen = BTreeSet::new();
            after.values().filter_map(value).all(|value| seen.insert(value))
        };
        let is_unique = is_unique(|row| row.first) && is_unique(|row| row.second);
        match session.ingest(Batch::new(rows.clone()).high_watermark(watermark)).await {
            Ok(()) => {
                assert!(is_unique, "{table:?} {rows:?}");
                table = after;
                passed += 1;
            }
            Err(error) => {
                assert!(!is_unique, "{table:?} {rows:?}: {error}");
                assert_eq!(error.code().unwrap().code(), "23505");
                refused += 1;
            }
        }
    }
    session.finish().await.unwrap();
    assert!(passed > 10 && refused > 10, "{passed} {refused}");
    let stored = database.rows("SELECT id, first, second FROM t ORDER BY id").await;
    let value =
        |value: Option<i32>| value.map_or_else(|| "∅".to_owned(), |value| value.to_string());
    let line = |row: &Two| format!("{}|{}|{}", row.id, value(row.first), value(row.second));
    assert_eq!(stored, table.values().map(line).collect::<Vec<_>>());
}
