//! Rows with equal primary keys.

mod computed;
mod existing;
mod kept;
mod newest;

use pg_bulk_ingest::{Batch, IngestTable, Upsert};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Database, Dice, ingest};

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: i32,
    value: &'a str,
}

const fn row(id: i32, value: &str) -> Row<'_> {
    Row { id, value }
}

const ALL: &str = "SELECT id, value FROM t ORDER BY id";

#[tokio::test]
async fn a_new_row_takes_the_place_of_the_old_one() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let batches =
        [vec![row(1, "a"), row(2, "b"), row(3, "c")], vec![row(2, "b"), row(3, "C"), row(4, "d")]];
    let report =
        ingest::<Row<'_>>(&mut client).batches(|_| batches.iter().map(Batch::new)).await.unwrap();
    assert_eq!(database.rows(ALL).await, ["1|a", "2|b", "3|C", "4|d"]);
    let table = &report.tables[0];
    assert_eq!((table.received, table.inserted, table.updated, table.unchanged), (6, 4, 1, 1));
}

#[tokio::test]
async fn of_rows_of_one_batch_the_last_to_arrive_stays() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // Rows of mixed width: the order in which they lie in a table is not the order of arrival.
    let wide = "w".repeat(3000);
    let mut rows = Vec::new();
    for round in 0..20 {
        for id in 0..50 {
            rows.push(row(id, if (id + round) % 3 == 0 { &wide } else { "narrow" }));
        }
    }
    rows.extend((0..50).map(|id| row(id, "last")));
    for upserted in ["into a new table", "into a live one"] {
        let report = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
        assert_eq!(report.rows, 1050, "{upserted}");
        let others = database.rows("SELECT id FROM t WHERE value <> 'last'").await;
        assert_eq!(others, [""; 0], "{upserted}");
        assert_eq!(database.row("SELECT count(*) FROM t").await, "50");
        database.execute("UPDATE t SET value = 'old'").await;
    }
}

#[tokio::test]
async fn large_batches_are_merged_in_whatever_order_they_come() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let before = || (0..20_000).map(|id| row(id, if id % 2 == 0 { "even" } else { "old" }));
    // Of 20,000 keys from 4,000 on, the odd ones to 19,999 are changed, and 4,000 are new.
    let value = |id: i32| if id % 2 == 0 { "even" } else { "odd" };
    let ordered = (4_000..24_000).map(|id| row(id, value(id))).collect::<Vec<_>>();
    let shuffled = (0..20_000).map(|i| ordered[i * 7919 % 20_000].clone()).collect::<Vec<_>>();
    let mut repeated = shuffled.iter().map(|first| row(first.id, "first")).collect::<Vec<_>>();
    repeated.extend(shuffled.iter().cloned());
    for rows in [ordered, shuffled, repeated] {
        database.execute("DROP TABLE IF EXISTS t").await;
        ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(before())]).await.unwrap();
        let report = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
        let table = &report.tables[0];
        let counts = (table.inserted, table.updated, table.unchanged);
        assert_eq!(counts, (4_000, 8_000, 8_000), "of {} rows", rows.len());
        let odd = "SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE id % 2 = 1), \
                   count(*) FILTER (WHERE value = 'odd'), count(*) FILTER (WHERE value = 'old') \
                   FROM t";
        assert_eq!(database.row(odd).await, "24000|24000|12000|10000|2000");
    }
}

#[tokio::test]
async fn without_upsert_a_key_that_is_there_is_an_error_at_its_row() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [row(1, "a"), row(2, "b"), row(1, "c")];
    let error = ingest::<Row<'_>>(&mut client)
        .upsert(Upsert::Off)
        .batches(|_| [Batch::new(&rows)])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write a row: "public"."t", batch 1, row 3: duplicate key value violates unique constraint "t_pkey" (23505)"#
    );
    assert_eq!(
        error.db_error().unwrap().message(),
        r#"duplicate key value violates unique constraint "t_pkey""#
    );
    assert_eq!(database.rows("SELECT 1 FROM pg_class WHERE relname = 't'").await, [""; 0]);
}

#[tokio::test]
async fn rows_are_compared_to_the_letter() {
    #[derive(IngestTable)]
    #[ingest(table = "letters")]
    struct Letters<'a> {
        #[ingest(primary_key)]
        id: i32,
        // `=` does not exist for json, and takes 0.0 and -0.0 for equal, as citext a and A
        #[ingest(json, sql_type = "json")]
        raw: &'a serde_json::value::RawValue,
        number: f64,
        #[ingest(sql_type = "citext")]
        text: &'a str,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let raw = |json: &str| serde_json::value::RawValue::from_string(json.to_owned()).unwrap();
    let (spaced, plain) = (raw(r#"{"a": 1}"#), raw(r#"{"a":1}"#));
    let all = "SELECT raw, number, text FROM letters";
    for (raw, number, text, updated) in [
        (&spaced, 0.0, "a", 0),
        (&spaced, 0.0, "a", 0),
        (&plain, 0.0, "a", 1),
        (&plain, -0.0, "a", 1),
        (&plain, -0.0, "A", 1),
    ] {
        let rows = [Letters { id: 1, raw, number, text }];
        let batches = |_| [Batch::new(&rows)];
        let report = ingest::<Letters<'_>>(&mut client).batches(batches).await.unwrap();
        assert_eq!(report.tables[0].updated, updated);
        assert_eq!(database.row(all).await, format!("{}|{number}|{text}", raw.get()));
    }
}

#[tokio::test]
async fn unchanged_rows_are_not_written_again() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = (0..1000).map(|id| row(id, "x")).collect::<Vec<_>>();
    ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let versions = "SELECT array_agg((ctid, xmin) ORDER BY id) FROM t";
    let before = database.row(versions).await;
    let report = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(report.tables[0].unchanged, 1000);
    assert_eq!(database.row(versions).await, before);
}

#[tokio::test]
async fn a_table_may_be_all_key() {
    #[derive(IngestTable)]
    #[ingest(table = "pairs", primary_key(b, a))]
    struct Pair {
        a: i32,
        b: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    for inserted in [3, 0] {
        let rows = [(1, 1), (1, 2), (2, 1), (1, 1)].map(|(a, b)| Pair { a, b });
        let report = ingest::<Pair>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
        let table = &report.tables[0];
        assert_eq!((table.inserted, table.updated), (inserted, 0));
        assert_eq!(table.unchanged, 3 - inserted);
    }
    let key = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'pairs_pkey'";
    assert_eq!(database.row(key).await, "PRIMARY KEY (b, a)");
}

/// Random batches, small and large beside the table, so that each way of merging is taken, against
/// a map.
#[tokio::test]
async fn any_batches_end_as_in_a_map() {
    #[derive(IngestTable)]
    #[ingest(table = "model", primary_key(b, a))]
    struct Model<'a> {
        a: i32,
        #[ingest(sql_type = "citext")]
        text: &'a str,
        b: i64,
    }
    #[derive(IngestTable)]
    #[ingest(table = "words")]
    struct Word<'a> {
        #[ingest(primary_key, sql_type = "citext")]
        word: &'a str,
        number: i32,
    }
    const TEXTS: [&str; 4] = ["x", "X", "y", "z"];
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut dice = Dice::new(7);
    let mut next = |bound| dice.below(bound);
    let (mut model, mut words) = (BTreeMap::new(), BTreeMap::new());
    for size in [2_000, 3, 1, 50, 2_000, 10, 400, 0, 1_000, 20] {
        let rows = (0..size)
            .map(|_| (i32::try_from(next(40)).unwrap(), i64::try_from(next(60)).unwrap(), next(4)))
            .collect::<Vec<_>>();
        let text = |index: u64| TEXTS[usize::try_from(index).unwrap()];
        let before = model.clone();
        model.extend(rows.iter().map(|(a, b, t)| ((*b, *a), text(*t))));
        let touched = rows.iter().map(|(a, b, _)| (*b, *a)).collect::<BTreeSet<_>>();
        let inserted = touched.iter().filter(|key| !before.contains_key(key)).count();
        let unchanged = touched.iter().filter(|key| before.get(key) == model.get(key)).count();
        let batch = Batch::new(rows.iter().map(|(a, b, t)| Model { a: *a, text: text(*t), b: *b }));
        let report = ingest::<Model<'_>>(&mut client).batches(|_| [batch]).await.unwrap();
        let counted = &report.tables[0];
        let updated = touched.len() - inserted - unchanged;
        let counts = [inserted, updated, unchanged].map(|count| u64::try_from(count).unwrap());
        assert_eq!([counted.inserted, counted.updated, counted.unchanged], counts);
        let all = database.rows("SELECT b, a, text FROM model ORDER BY b, a").await;
        let expected = model.iter().map(|((b, a), text)| format!("{b}|{a}|{text}"));
        assert_eq!(all, expected.collect::<Vec<_>>());

        // Keys of a type that is not PostgreSQL's own: x and X are one.
        words.extend(rows.iter().map(|(a, _, t)| (text(*t).to_lowercase(), *a)));
        let batch = Batch::new(rows.iter().map(|(a, _, t)| Word { word: text(*t), number: *a }));
        ingest::<Word<'_>>(&mut client).batches(|_| [batch]).await.unwrap();
        let all = database.rows("SELECT lower(word), number FROM words ORDER BY 1").await;
        let expected = words.iter().map(|(word, number)| format!("{word}|{number}"));
        assert_eq!(all, expected.collect::<Vec<_>>());
        database.execute("ANALYZE model; ANALYZE words").await;
    }
}
