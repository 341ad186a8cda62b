//! Rows with equal primary keys.

use pg_bulk_ingest::{Batch, IngestTable, Upsert, ingest};
use tests::Database;

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
async fn without_upsert_a_key_that_is_there_is_an_error_at_its_row() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [row(1, "a"), row(2, "b"), row(1, "c")];
    let error = ingest::<Row<'_>>(&mut client)
        .upsert(Upsert::Off)
        .batches(|_| [Batch::new(&rows)])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), r#"cannot write a row: "public"."t", batch 1, row 3"#);
    assert_eq!(
        error.db_error().unwrap().message(),
        r#"duplicate key value violates unique constraint "t_pkey""#
    );
    assert_eq!(database.rows("SELECT 1 FROM pg_class WHERE relname = 't'").await, [""; 0]);
}
