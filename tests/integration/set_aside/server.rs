//! Rows that the server refuses are set aside.

use super::{Item, all, item};
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, NoWatermark, SetAside, Upsert};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "part")]
struct Part {
    #[ingest(primary_key)]
    id: i32,
    item: Option<i32>,
    code: Option<i32>,
    size: Option<i32>,
}

fn part(id: i32, item: i32, code: i32, size: i32) -> Part {
    let some = |value| Some(value).filter(|value| *value >= 0);
    Part { id, item: some(item), code: some(code), size: some(size) }
}

const CONSTRAINTS: &str = "
    CREATE TABLE item (id int PRIMARY KEY, name varchar(5));
    INSERT INTO item VALUES (1), (2);
    CREATE TABLE part (id int PRIMARY KEY, item int REFERENCES item, code int UNIQUE, size int NOT NULL CHECK (size < 9));
    ALTER TABLE part ADD EXCLUDE USING btree ((size + 100) WITH =) WHERE (size = 7);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.size = 5 THEN RAISE 'five'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER t BEFORE INSERT OR UPDATE ON part FOR EACH ROW EXECUTE PROCEDURE refuse();
    INSERT INTO part VALUES (100, 1, 100, 7);";

#[tokio::test]
async fn of_every_constraint_and_trigger() {
    let bad = [
        (part(2, 1, 2, -1), "23502", Some("size")),
        (part(3, 1, 3, 9), "23514", Some("size")),
        (part(4, 3, 4, 1), "23503", Some("item")),
        (part(5, 1, 100, 1), "23505", Some("code")),
        (part(6, 1, 6, 7), "23P01", None),
        (part(7, 1, 7, 5), "P0001", None),
    ];
    let (mut rows, mut expected) = (vec![part(1, 1, 1, 1)], Vec::new());
    for (id, (row, code, column)) in (10..).zip(bad) {
        expected.push((rows.len() as u64 + 1, code, column));
        rows.push(row);
        rows.push(part(id, -1, -1, 2));
    }
    for upsert in [Upsert::IfPrimaryKey, Upsert::KeepExisting, Upsert::Off] {
        for small_merges in [true, false] {
            let database = Database::new().await;
            database.execute(CONSTRAINTS).await;
            let mut client = database.connect().await;
            let ingest = ingest::<Part>(&mut client).upsert(upsert).small_merges(small_merges);
            let batch = |_: Option<NoWatermark>| Batch::new(&rows);
            let report = ingest.set_aside(all()).batches(batch).await;
            let report =
                report.unwrap_or_else(|error| panic!("{upsert:?}, {small_merges}: {error}"));
            assert!(report.rejects().iter().all(|rejected| !rejected.message.is_empty()));
            let of_code = report.rejects().iter().find(|rejected| rejected.row == 8);
            let message = of_code.map(|rejected| &*rejected.message).unwrap_or_default();
            assert!(message.contains("\"part_code_key\" (23505)"), "{message}");
            let mut found = report.rejects().iter().collect::<Vec<_>>();
            found.sort_by_key(|rejected| rejected.row);
            let found = found.iter().map(|rejected| {
                (rejected.row, rejected.sqlstate.as_deref().unwrap(), rejected.column.as_deref())
            });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{upsert:?}");
            let table = &report.tables[0];
            assert_eq!((table.received, table.inserted, table.rejected), (13, 7, 6), "{report}");
            assert_eq!((table.existing, report.rows), (0, 13));
            assert_eq!(database.row("SELECT count(*), min(id) FROM part").await, "8|1");
        }
    }
}

#[tokio::test]
async fn a_row_is_named_by_its_place_among_all_that_came() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Item>(&mut client).migrate().await.unwrap();
    database.execute("ALTER TABLE item ADD CHECK (id < 10)").await;
    let rows =
        [item(1, "\0"), item(2, "two"), item(3, "\0"), item(11, "x"), item(5, "\0"), item(12, "y")];
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        database.execute("TRUNCATE item").await;
        let ingest = ingest::<Item>(&mut client).upsert(upsert).set_aside(all());
        let batch = |_: Option<NoWatermark>| Batch::new(&rows);
        let report = ingest.batches(batch).await.unwrap();
        let rows = report.rejects().iter().map(|rejected| rejected.row).collect::<Vec<_>>();
        assert_eq!(rows, [1, 3, 5, 4, 6]);
        assert_eq!(database.rows("SELECT id FROM item").await, ["2"]);
    }
}

#[tokio::test]
async fn of_rows_with_equal_keys_the_one_before_counts() {
    let database = Database::new().await;
    database.execute(CONSTRAINTS).await;
    let mut client = database.connect().await;
    let rows = [part(1, 1, 1, 1), part(1, 1, 1, 2), part(1, 1, 1, 9)];
    let batch = |_: Option<NoWatermark>| Batch::new(&rows);
    let report = ingest::<Part>(&mut client).set_aside(all()).batches(batch).await.unwrap();
    assert_eq!(report.rejects().iter().map(|rejected| rejected.row).collect::<Vec<_>>(), [3]);
    assert_eq!(database.row("SELECT size FROM part WHERE id = 1").await, "2");
}

#[tokio::test]
async fn over_budget_nothing_is_kept_and_a_batch_without_good_rows_is_empty() {
    let database = Database::new().await;
    database.execute(CONSTRAINTS).await;
    let mut client = database.connect().await;
    let rows = [part(1, 1, 1, 1), part(2, 9, 2, 1), part(3, 9, 3, 1), part(4, 9, 4, 1)];
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        let set_aside = SetAside { at_most: 2, ..all() };
        let ingest = ingest::<Part>(&mut client).upsert(upsert).set_aside(set_aside);
        let batch = |_: Option<NoWatermark>| Batch::new(&rows);
        let error = ingest.batches(batch).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TooManyRejected { allowed: 2 }), "{error}");
        assert_eq!((error.row(), error.column()), (Some(4), Some("item")));
        assert_eq!(database.rows("SELECT id FROM part").await, ["100"]);
    }
    let batch = |_: Option<NoWatermark>| Batch::new(&rows[1..]);
    let report = ingest::<Part>(&mut client).set_aside(all()).batches(batch).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.received, table.inserted, table.rejected), (3, 0, 3));
}
