//! However rows are merged.

use super::{Row, check_again, load, row};
use chrono::{DateTime, Utc};
use pg_bulk_ingest::{Filled, Ingest, IngestTable, Upsert, ingest};
use tests::{Database, version};
use tokio_postgres::Client;

/// All ways in which an upsert goes, by the numbers of rows and by what they change.
async fn load_all_ways(database: &Database, client: &mut Client) {
    type Set = fn(Ingest<'_, Row>) -> Ingest<'_, Row>;
    let all = |value: &'static str| (0..20_000).map(move |id| row(id, value));
    let (small, copied): (Set, Set) = (|ingest| ingest, |ingest| ingest.small_merges(false));
    load(database, client, small, &all("a").collect::<Vec<_>>(), 20_000).await;
    for (set, value, new) in [(small, "b", 20_001), (copied, "c", 20_002)] {
        let rows = [row(1, "a"), row(2, value), row(2, "a"), row(2, value), row(new, "x")];
        load(database, client, set, &rows, 2).await;
        load(database, client, set, &rows, 0).await;
    }
    // A third of the rows; none; all of them, of which a sample finds none alike; and of equal keys the last.
    let some = all("a").map(|one| if one.id % 3 == 0 { row(one.id, "d") } else { one });
    let some = some.filter(|one| one.id != 2).collect::<Vec<_>>();
    load(database, client, small, &some, 6_667).await;
    load(database, client, small, &some, 0).await;
    load(database, client, small, &all("e").collect::<Vec<_>>(), 20_000).await;
    let twice = all("f").chain(all("e").skip(10)).collect::<Vec<_>>();
    load(database, client, small, &twice, 10).await;
    let existing = [row(1, "g"), row(30_000, "g")];
    load(database, client, |ingest| ingest.upsert(Upsert::KeepExisting), &existing, 1).await;
    database.execute("TRUNCATE t").await;
    load(database, client, small, &twice, 20_000).await;
    check_again::<Row>(client).await;
}

#[tokio::test]
async fn rows_that_are_written_get_those_of_their_batch_and_others_keep_theirs() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Row>(&mut client).migrate().await.unwrap();
    load_all_ways(&database, &mut client).await;
}

#[tokio::test]
async fn so_do_rows_in_partitions() {
    if version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text NOT NULL) PARTITION BY HASH (id);
            CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            ALTER TABLE t ADD at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
                ADD load bigint NOT NULL DEFAULT txid_current(); CREATE INDEX ON t (at)",
        )
        .await;
    load_all_ways(&database, &mut client).await;
}

/// Values that are computed, also from several rows with one key, and such as are kept.
#[tokio::test]
async fn a_row_that_is_computed_is_changed_where_its_values_are() {
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t")]
    struct Counted {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(on_update = "old.value + new.value")]
        value: i64,
        #[ingest(on_update = "keep")]
        first: i64,
        #[ingest(loaded_at)]
        at: Filled<DateTime<Utc>>,
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    let row = |id, value| Counted { id, value, first: value, at: Filled, load: Filled };
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Counted>(&mut client).migrate().await.unwrap();
    for (rows, written) in [
        (vec![row(1, 1), row(2, 2), row(2, 3), row(3, 7)], 3),
        (vec![row(1, 0), row(2, 1)], 1),
        (vec![row(1, 0), row(2, 1), row(2, 1), row(3, 4), row(3, -4), row(4, 1), row(4, 1)], 2),
        (vec![row(1, 0), row(2, 0)], 0),
    ] {
        load(&database, &mut client, |ingest| ingest, &rows, written).await;
    }
    check_again::<Counted>(&mut client).await;
}

#[tokio::test]
async fn an_older_row_is_not_loaded() {
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t", newest_by(version))]
    struct Versioned {
        #[ingest(primary_key)]
        id: i32,
        value: String,
        version: i32,
        #[ingest(loaded_at)]
        at: Filled<DateTime<Utc>>,
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    let row = |id, value: &str, version| Versioned {
        id,
        value: value.to_owned(),
        version,
        at: Filled,
        load: Filled,
    };
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Versioned>(&mut client).migrate().await.unwrap();
    for (rows, written) in [
        (vec![row(1, "a", 2), row(2, "a", 2)], 2),
        (vec![row(1, "b", 1), row(2, "b", 3)], 1),
        (vec![row(1, "b", 1), row(2, "b", 3)], 0),
    ] {
        load(&database, &mut client, |ingest| ingest, &rows, written).await;
    }
}

/// Beside an identity, and unique values that go from row to row.
#[tokio::test]
async fn rows_that_swap_a_unique_value_are_both_of_the_load() {
    #[derive(IngestTable, Clone)]
    #[ingest(table = "t", merge_on(id))]
    struct Swapped {
        #[ingest(primary_key, identity)]
        number: Filled<i64>,
        #[ingest(unique)]
        id: i32,
        #[ingest(unique)]
        value: Option<String>,
        #[ingest(loaded_at)]
        at: Filled<DateTime<Utc>>,
        #[ingest(load_id)]
        load: Filled<i64>,
    }
    let row = |id, value: &str| Swapped {
        number: Filled,
        id,
        value: Some(value.to_owned()),
        at: Filled,
        load: Filled,
    };
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Swapped>(&mut client).migrate().await.unwrap();
    for (rows, written) in [
        (vec![row(1, "a"), row(2, "b"), row(3, "c"), row(4, "d")], 4),
        (vec![row(1, "b"), row(2, "a"), row(3, "c")], 2),
        (vec![row(1, "e"), row(2, "b"), row(3, "a"), row(4, "d")], 3),
    ] {
        load(&database, &mut client, |ingest| ingest, &rows, written).await;
    }
    check_again::<Swapped>(&mut client).await;
}
