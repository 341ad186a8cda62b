//! Batches so large that a sample of them is looked at before they are merged.

use pg_bulk_ingest::{Batch, IngestTable};
use tests::{Database, ingest};

#[derive(IngestTable, Clone, Copy)]
#[ingest(table = "large")]
struct Large {
    #[ingest(primary_key)]
    id: u32,
    value: u32,
}

const CREATE: &str = "CREATE TABLE large (id bigint PRIMARY KEY, value bigint NOT NULL)";

/// Small and large beside the table, of which all, a few or none change.
#[tokio::test]
async fn they_are_merged_however_many_rows_change() {
    const ROWS: u32 = 60_000;
    let database = Database::new().await;
    let mut client = database.connect().await;
    let first = (0..ROWS).map(|id| Large { id, value: 0 });
    ingest::<Large>(&mut client).batches(|_| [Batch::new(first)]).await.unwrap();
    database
        .execute("CREATE TABLE before AS SELECT *, ctid AS place, xmin AS since FROM large")
        .await;
    let mut value = 0;
    for batch in [12_000, 30_000] {
        for one_in in [1, 100, ROWS] {
            value += 1;
            let ids = (0..batch).map(|nth| nth * (ROWS / batch));
            let old = ids
                .map(|id| Large { id, value: if id.is_multiple_of(one_in) { value } else { 0 } });
            let new = (0..10).map(|nth| Large { id: ROWS + 10 * value + nth, value });
            let again = Large { id: 0, value: value + 1_000 };
            // Of the rows with the key 0 the last stays.
            let rows = old.chain(new).chain([again]);
            let report =
                ingest::<Large>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
            let table = &report.tables[0];
            let updated =
                (0..batch).filter(|nth| (nth * (ROWS / batch)).is_multiple_of(one_in)).count();
            let updated = u64::try_from(updated).unwrap();
            assert_eq!(table.received, u64::from(batch) + 11);
            assert_eq!((table.inserted, table.updated), (10, updated), "{batch} {one_in}");
            assert_eq!(table.unchanged, u64::from(batch) - updated);
            let others = format!(
                "SELECT count(*) FROM large JOIN before USING (id) WHERE id % {one_in} <> 0 AND \
                 large.value = 0 AND large.ctid = place AND large.xmin = since AND large.xmax = 0"
            );
            let untouched = (0..ROWS).filter(|id| !id.is_multiple_of(one_in)).count();
            if one_in > 1 {
                assert_eq!(database.row(&others).await, untouched.to_string(), "{batch} {one_in}");
            }
            let zero = database.row("SELECT value FROM large WHERE id = 0").await;
            assert_eq!(zero, (value + 1_000).to_string());
            database.execute(&format!("DELETE FROM large WHERE id >= {ROWS}")).await;
            database.execute("UPDATE large SET value = 0 WHERE value <> 0").await;
            database.execute("DROP TABLE before").await;
            database
                .execute("CREATE TABLE before AS SELECT *, ctid AS place, xmin AS since FROM large")
                .await;
        }
    }
}

/// The last of equal keys stays, whether they are many or none.
#[tokio::test]
async fn they_are_inserted_into_an_empty_table() {
    for different in [20_000, 19_000, 5] {
        let database = Database::new().await;
        database.execute(CREATE).await;
        let mut client = database.connect().await;
        let rows = (0..20_000).map(|nth| Large { id: nth % different, value: nth });
        let report = ingest::<Large>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
        let table = &report.tables[0];
        assert_eq!((table.received, table.inserted), (20_000, u64::from(different)));
        assert_eq!((table.updated, table.unchanged), (0, 0));
        let last = format!(
            "SELECT count(*) FROM large WHERE id = value % {different} AND \
             value >= 20000 - {different}"
        );
        assert_eq!(database.row(&last).await, different.to_string());
    }
}

#[tokio::test]
async fn others_may_write_to_the_table_that_was_empty() {
    let database = Database::new().await;
    database.execute(CREATE).await;
    let mut client = database.connect().await;
    let other = database.connect().await;
    other.batch_execute("BEGIN; INSERT INTO large VALUES (5, 500)").await.unwrap();
    let loading = async {
        let rows = (0..20_000).map(|id| Large { id, value: 1 });
        ingest::<Large>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap()
    };
    let commit = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event = 'transactionid'";
        while database.row(waiting).await == "0" {
            tokio::task::yield_now().await;
        }
        other.batch_execute("COMMIT").await.unwrap();
    };
    let (report, ()) = tokio::join!(loading, commit);
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (19_999, 1, 0));
    let all = "SELECT count(*), min(value), max(value) FROM large";
    assert_eq!(database.row(all).await, "20000|1|1");
}

/// The rows of a new table, of a large batch, and nothing after them.
#[tokio::test]
async fn indexes_are_built_with_the_memory_they_are_given() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE seen (tag text, memory text); \
             CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO public.seen VALUES (tg_tag, current_setting('maintenance_work_mem')); END $$; \
             CREATE EVENT TRIGGER note ON ddl_command_end WHEN TAG IN ('CREATE INDEX', 'ALTER TABLE') \
             EXECUTE PROCEDURE note()",
        )
        .await;
    let mut client = database.connect().await;
    client.batch_execute("SET maintenance_work_mem = '5MB'").await.unwrap();
    let rows = (0..12_000).map(|id| Large { id, value: 1 }).collect::<Vec<_>>();
    for (memory, shown) in [(Some(7 << 20), "7MB"), (Some(0), "1MB"), (None, "5MB")] {
        database.execute("DROP TABLE IF EXISTS large; DELETE FROM seen").await;
        for _first_and_again in 0..2 {
            let mut ingest = ingest::<Large>(&mut client);
            if let Some(bytes) = memory {
                ingest = ingest.index_memory(bytes);
            }
            ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
        }
        let seen = database.rows("SELECT DISTINCT tag, memory FROM seen ORDER BY 1").await;
        assert_eq!(seen, [format!("ALTER TABLE|{shown}"), format!("CREATE INDEX|{shown}")]);
    }
    let after = tests::rows(&client, "SHOW maintenance_work_mem").await;
    assert_eq!(after, ["5MB"]);
}
