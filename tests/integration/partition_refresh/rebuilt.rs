//! Partitioned tables that are rebuilt with their rows.

use chrono::{NaiveDate, NaiveDateTime};
use pg_bulk_ingest::{Batch, ColumnOrder, Delete, IngestTable, Migration, Plan, RowOf};
use tests::{Database, assert_same, ingest, snapshot, version};
use tokio_postgres::Client;

/// The live table.
fn table() -> String {
    let table = "CREATE TABLE t (id int NOT NULL, day date NOT NULL, value text, number int NOT NULL)
           PARTITION BY RANGE (day);
         CREATE TABLE early PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2026-01-01') PARTITION BY LIST (id);
         CREATE TABLE one PARTITION OF early FOR VALUES IN (1);
         CREATE TABLE two PARTITION OF early FOR VALUES IN (2, 3);
         CREATE TABLE late PARTITION OF t FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
         ALTER TABLE late SET (fillfactor = 70); CREATE INDEX own ON two (number);
         GRANT SELECT ON late TO PUBLIC; COMMENT ON TABLE one IS 'o';
         INSERT INTO t SELECT n, date '2025-12-31' + n / 4 * 20, n::text, n FROM generate_series(1, 9) n";
    match version() < 11 {
        true => table.to_owned(),
        // One of the table's own, which is kept.
        false => format!("{table}; CREATE UNIQUE INDEX k ON late (id, day)"),
    }
}

macro_rules! row {
    ($name:ident { $($(#[$field_attribute:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(IngestTable, Clone)]
        #[ingest(table = "t")]
        struct $name {
            $($(#[$field_attribute])* $field: $type,)*
        }
    };
}

row!(Texts { id: i32, day: NaiveDate, value: Option<String>, number: String });
row!(Wide { id: i64, day: NaiveDate, value: Option<String>, number: i32 });
row!(Moments { id: i32, day: NaiveDateTime, value: Option<String>, number: i32 });
row!(Named { id: String, day: NaiveDate, value: Option<String>, number: i32 });
row!(Ordered { number: i32, value: Option<String>, day: NaiveDate, id: i32 });
row!(Lacks { id: i32, value: Option<String>, number: i32 });
row!(Keyed {
    #[ingest(primary_key)] id: i32,
    #[ingest(primary_key)] day: NaiveDate,
    value: Option<String>,
    #[ingest(primary_key)] number: String,
});

const ROWS: &str = "SELECT tableoid::regclass, id, day::date, value, number FROM t ORDER BY id";

async fn rebuild<S>(client: &mut Client, context: &str)
where
    S: IngestTable + RowOf<S> + Send + Sync + 'static,
{
    let plan = ingest::<S>(client)
        .migration(Migration::Exact)
        .column_order(ColumnOrder::Exact)
        .plan()
        .await
        .unwrap_or_else(|error| panic!("{context}: {error}"));
    assert!(plan.to_string().contains("INSERT INTO"), "{context}: {plan}");
    let batches = |_: Option<i32>| Vec::<Batch<pg_bulk_ingest::Iter<Vec<S>>, i32>>::new();
    let report = ingest::<S>(client)
        .migration(Migration::Exact)
        .column_order(ColumnOrder::Exact)
        .batches(batches)
        .await
        .unwrap_or_else(|error| panic!("{context}: {error:?}"));
    assert_same_plan(&plan, &report.migrated, context);
    let plan = ingest::<S>(client).migration(Migration::Exact).column_order(ColumnOrder::Exact);
    let plan = plan.plan().await.unwrap();
    assert!(plan.is_empty(), "{context}: {plan}");
}

#[track_caller]
fn assert_same_plan(planned: &Plan, done: &Plan, context: &str) {
    let [planned, done] = [planned, done].map(|plan| plan.to_string());
    let [planned, done] =
        [&planned, &done].map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    assert_same(&planned, &done, context);
}

fn about<'a>(lines: &'a [String], what: &'a [&str]) -> Vec<&'a String> {
    lines.iter().filter(|line| what.iter().any(|what| line.starts_with(what))).collect()
}

#[tokio::test]
async fn rows_and_partitions_are_kept() {
    let database = Database::new().await;
    for case in 0..5 {
        database.execute("DROP TABLE IF EXISTS t").await;
        database.execute(&table()).await;
        let (rows, before) = (database.rows(ROWS).await, snapshot(&database).await);
        let mut client = database.connect().await;
        match case {
            0 => rebuild::<Texts>(&mut client, "a type").await,
            1 => rebuild::<Ordered>(&mut client, "an order").await,
            2 => rebuild::<Wide>(&mut client, "integers by which it is partitioned").await,
            3 => rebuild::<Moments>(&mut client, "days by which it is partitioned").await,
            _ if version() < 11 => continue,
            _ => rebuild::<Keyed>(&mut client, "a key").await,
        }
        assert_eq!(database.rows(ROWS).await, rows, "{case}");
        let after = snapshot(&database).await;
        // With the type of the column by which it is partitioned, what is printed of bounds changes.
        let kept = [
            "relation public.late",
            "relation public.two ",
            "grant",
            "comment on table public.one",
        ];
        let [before_it, after_it] = [&before, &after].map(|lines| about(lines, &kept));
        assert_eq!(
            before_it.len(),
            after_it.iter().filter(|line| !line.contains("_pkey")).count(),
            "{case}"
        );
        if !matches!(case, 2 | 3) {
            let [before, after] = [&before, &after].map(|lines| {
                let tables = about(lines, &["partition"]).into_iter();
                tables.filter(|line| !line.contains("_pkey")).collect::<Vec<_>>()
            });
            assert_eq!(before, after, "{case}");
        }
        let left = "SELECT relname FROM pg_class WHERE relname LIKE '%bulk_ingest%'
            UNION ALL SELECT conname FROM pg_constraint WHERE conname LIKE '%bulk_ingest%'";
        assert_eq!(database.rows(left).await, [""; 0], "{case}");
    }
}

#[tokio::test]
async fn a_rebuilt_table_is_as_one_that_was_made_so() {
    let database = Database::new().await;
    database.execute(&table()).await;
    let mut client = database.connect().await;
    rebuild::<Texts>(&mut client, "a type").await;
    let rebuilt = snapshot(&database).await;
    let other = Database::new().await;
    other.execute(&table().replace("number int", "number text")).await;
    let is_own = |line: &&String| !line.starts_with("comment on table public.t is");
    let rebuilt = rebuilt.iter().filter(is_own).cloned().collect::<Vec<_>>();
    assert_same(&snapshot(&other).await, &rebuilt, "as if made so");
}

#[tokio::test]
async fn what_bounds_would_not_mean_is_refused() {
    let database = Database::new().await;
    database.execute(&table()).await;
    let mut client = database.connect().await;
    let before = snapshot(&database).await;
    for delete in [Delete::Off, Delete::All] {
        let ingest_named = ingest::<Named>(&mut client).migration(Migration::Exact).delete(delete);
        let error = ingest_named.plan().await.unwrap_err().to_string();
        assert!(
            error.contains("column \"id\" is of type integer, defined as text, but"),
            "{error}"
        );
        assert!(error.contains("the table is partitioned by it"), "{error}");
        let lacking = ingest::<Lacks>(&mut client).migration(Migration::Exact).delete(delete);
        let error = lacking.plan().await.unwrap_err().to_string();
        assert!(error.contains("the table is partitioned by it"), "{error}");
    }
    assert_same(&before, &snapshot(&database).await, "refused");
}

/// A change that comes with the deletion of the rows.
#[tokio::test]
async fn a_table_whose_rows_are_deleted_gets_what_the_struct_has() {
    let database = Database::new().await;
    database.execute(&table()).await;
    let mut client = database.connect().await;
    fn options(client: &mut Client) -> pg_bulk_ingest::Ingest<'_, Texts> {
        ingest::<Texts>(client).migration(Migration::Exact).delete(Delete::All)
    }
    let plan = options(&mut client).plan().await.unwrap();
    let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let rows = [Texts { id: 1, day, value: None, number: "a".to_owned() }];
    let report =
        options(&mut client).batches(|_| [Batch::new(rows).high_watermark(1)]).await.unwrap();
    assert_eq!((report.tables[0].deleted, report.tables[0].inserted), (9, 1));
    assert_same_plan(&plan, &report.migrated, "deleted");
    assert_eq!(database.rows(ROWS).await, ["late|1|2026-03-01|∅|a"]);
}
