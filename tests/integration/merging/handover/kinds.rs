//! Indexes and constraints of other kinds than a plain unique one.

use super::{CREATE, load};
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Migration};
use tests::{Database, ingest};

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
