//! Columns whose value is computed from the one that is there when a row is merged.

use pg_bulk_ingest::{
    Batch, ErrorKind, Filled, IngestTable, Overlap, TableReport, Upsert, Watermarks, ingest,
};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tests::{Database, Dice, version};
use tokio_postgres::Client;

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Page {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(on_update = "old.visits + new.visits")]
    visits: i64,
    #[ingest(on_update = "greatest(old.longest, new.longest)")]
    longest: i32,
    #[ingest(on_update = "keep")]
    first: String,
    last: String,
}

fn page(id: i32, visits: i64, longest: i32, name: &str) -> Page {
    Page { id, visits, longest, first: name.to_owned(), last: name.to_owned() }
}

const ALL: &str = "SELECT * FROM t ORDER BY id";

async fn load(client: &mut Client, rows: &[Page]) -> TableReport {
    let report = ingest::<Page>(client).batches(|_| [Batch::new(rows)]).await.unwrap();
    report.tables.into_iter().next().unwrap()
}

#[tokio::test]
async fn each_row_counts_also_several_of_one_batch() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let table =
        load(&mut client, &[page(1, 1, 5, "a"), page(2, 1, 1, "a"), page(1, 2, 3, "b")]).await;
    assert_eq!([table.inserted, table.updated, table.unchanged], [2, 0, 0]);
    assert_eq!(database.rows(ALL).await, ["1|3|5|a|b", "2|1|1|a|a"]);
    let one = [page(1, 1, 3, "b")];
    for visits in 4..6 {
        let table = load(&mut client, &one).await;
        assert_eq!(table.updated, 1, "the row is equal but for what is computed");
        let row = database.row("SELECT * FROM t WHERE id = 1").await;
        assert_eq!(row, format!("1|{visits}|5|a|b"));
    }
    let xmin = "SELECT xmin FROM t WHERE id = 1";
    let before = database.row(xmin).await;
    let rows = [page(1, 0, 3, "x"), page(1, 0, 4, "b"), page(3, 7, 7, "c"), page(3, 7, 9, "d")];
    let table = load(&mut client, &rows).await;
    assert_eq!([table.inserted, table.updated, table.unchanged], [1, 0, 1]);
    assert_eq!(database.rows(ALL).await, ["1|5|5|a|b", "2|1|1|a|a", "3|14|9|c|d"]);
    let table = load(&mut client, &[page(1, 0, 4, "b")]).await;
    assert_eq!((table.unchanged, database.row(xmin).await), (1, before));
    ingest::<Page>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| [Batch::new([page(1, 9, 9, "x"), page(4, 1, 1, "d"), page(4, 1, 1, "e")])])
        .await
        .unwrap();
    let expected = ["1|5|5|a|b", "2|1|1|a|a", "3|14|9|c|d", "4|1|1|d|d"];
    assert_eq!(database.rows(ALL).await, expected);
    assert!(ingest::<Page>(&mut client).plan().await.unwrap().is_empty());
}

/// Random batches against a map, however large and by whatever way they are merged.
#[tokio::test]
async fn any_batches_end_as_in_a_map() {
    let database = &Database::new().await;
    let mut client = database.connect().await;
    let mut dice = Dice::new(11);
    let mut next = |bound| i32::try_from(dice.below(bound)).unwrap();
    let mut model = BTreeMap::<i32, Page>::new();
    for (size, keys) in [
        (20, 9),
        (1, 9),
        (300, 3_000),
        (2_000, 3_000),
        (10, 5),
        (11_000, 30_000),
        (11_000, 9_000),
        (50, 9_000),
    ] {
        let rows = (0..size).map(|n| page(next(keys), next(3).into(), next(9), &format!("{n}")));
        let rows = rows.collect::<Vec<_>>();
        for row in &rows {
            match model.get_mut(&row.id) {
                None => drop(model.insert(row.id, row.clone())),
                Some(old) => {
                    let (visits, longest) = (old.visits + row.visits, old.longest.max(row.longest));
                    *old = Page { visits, longest, first: old.first.clone(), ..row.clone() };
                }
            }
        }
        let further = || async move { Ok::<_, Infallible>(database.connect().await) };
        let ingest = ingest::<Page>(&mut client);
        match size > 1_000 {
            true => ingest.connections(2, further).batches(|_| [Batch::new(&rows)]).await,
            false => ingest.batches(|_| [Batch::new(&rows)]).await,
        }
        .unwrap();
        let expected = model.values().map(|row| {
            format!("{}|{}|{}|{}|{}", row.id, row.visits, row.longest, row.first, row.last)
        });
        assert_eq!(database.rows(ALL).await, expected.collect::<Vec<_>>(), "{size}");
    }
}

#[tokio::test]
async fn nothing_is_lost_that_several_sources_count_at_the_same_time() {
    let database = &Database::new().await;
    let mut client = database.connect().await;
    ingest::<Page>(&mut client)
        .watermarks(Watermarks::table("public", "state"))
        .migrate()
        .await
        .unwrap();
    let count = async |source: &str| {
        let mut client = database.connect().await;
        let batch = |n: i64| {
            // New keys with each batch, and those of the others, twice.
            let rows =
                (0..40).map(move |k| page(i32::try_from(n).unwrap() * 10 + k % 20, 1, 1, "a"));
            Batch::new(rows).high_watermark(n)
        };
        ingest::<Page>(&mut client)
            .watermarks(Watermarks::table("public", "state"))
            .source(source)
            .overlap(Overlap::Error)
            .batches(move |_: Option<i64>| (0..8).map(batch))
            .await
            .unwrap();
    };
    tokio::join!(count("a"), count("b"), count("c"));
    assert_eq!(
        database.row("SELECT sum(visits), count(*) FROM t").await,
        format!("{}|90", 3 * 8 * 40)
    );
}

#[tokio::test]
async fn a_mistake_in_the_expression_is_one_of_the_definition_before_there_is_a_table() {
    macro_rules! refused {
        ($sql:literal, $named:literal) => {{
            #[derive(IngestTable)]
            #[ingest(table = "u")]
            struct Row {
                #[ingest(primary_key)]
                id: i32,
                #[ingest(on_update = $sql)]
                visits: i64,
                #[ingest(default = "now()")]
                at: Filled<chrono::DateTime<chrono::Utc>>,
            }
            let row = || Row { id: 1, visits: 1, at: Filled };
            let database = Database::new().await;
            let mut client = database.connect().await;
            let planned = ingest::<Row>(&mut client).plan().await.map(|_| ());
            let ran = ingest::<Row>(&mut client).batches(|_| [Batch::new([row()])]).await;
            for refused in [planned, ran.map(|_| ())] {
                let error = refused.unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error}");
                assert!(error.to_string().contains("field `visits`"), "{error}");
                assert_eq!(error.column(), Some("visits"), "{error}");
                let said = error.db_error().unwrap().message().to_owned();
                assert!(said.contains($named), "{said}");
            }
            assert_eq!(database.row("SELECT to_regclass('u')").await, "∅");
        }};
    }
    refused!("visits + 1", "ambiguous");
    refused!("old.visit + new.visits", "visit");
    refused!("extract(epoch from old.at)", "at");
    refused!("old.visits || 'x'", "text");
    refused!("nobody(new.visits)", "nobody");
}

/// Of a table that is partitioned, and whose primary key the server gives.
#[tokio::test]
async fn rows_merged_on_a_unique_constraint_of_a_partitioned_table() {
    #[derive(IngestTable)]
    #[ingest(table = "t", merge_on(mail, day), unique(mail, day), primary_key(id, day))]
    struct Visit {
        #[ingest(identity)]
        id: Filled<i64>,
        mail: String,
        day: i32,
        #[ingest(on_update = "old.visits + new.visits")]
        visits: i64,
    }
    if version() < 11 {
        return;
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id bigint GENERATED BY DEFAULT AS IDENTITY, mail text NOT NULL,
                day int NOT NULL, visits bigint NOT NULL, PRIMARY KEY (id, day), UNIQUE (mail, day))
                PARTITION BY LIST (day);
            CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
            CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2)",
        )
        .await;
    let rows = |many: i32, each: i32| {
        (0..many * each).map(move |n| {
            let (mail, day) = ((n % many / 2).to_string(), 1 + n % many % 2);
            Visit { id: Filled, mail, day, visits: 1 }
        })
    };
    let mut all = 0;
    for (many, each, counts) in [(50, 2, [50, 0]), (50, 1, [0, 50]), (80, 3, [30, 50])] {
        let batch = |_| [Batch::new(rows(many, each))];
        let report = ingest::<Visit>(&mut client).batches(batch).await.unwrap();
        assert_eq!([report.tables[0].inserted, report.tables[0].updated], counts);
        all += many * each;
        let state = "SELECT sum(visits), count(*) = (SELECT last_value FROM t_id_seq) FROM t";
        assert_eq!(database.row(state).await, format!("{all}|t"));
    }
}

#[tokio::test]
async fn what_becomes_too_long_is_an_error_and_not_cut() {
    #[derive(IngestTable, Clone, Copy)]
    #[ingest(table = "t")]
    struct Row {
        #[ingest(primary_key)]
        id: i32,
        #[ingest(sql_type = "varchar(4)", on_update = "old.tags || new.tags")]
        tags: &'static str,
        #[ingest(unique, on_update = "coalesce(old.code, new.code)")]
        code: Option<i32>,
    }
    let row = |tags, code| Row { id: 1, tags, code };
    let database = Database::new().await;
    let mut client = database.connect().await;
    for (rows, tags) in [
        (vec![row("a", None)], Some("a|∅")),
        (vec![row("b", None), row("c", Some(1))], Some("abc|1")),
        (vec![row("de", None)], None),
        (vec![row("", None), row("de", None)], None),
        (vec![row("d", Some(2)), Row { id: 2, ..row("x", Some(2)) }], Some("abcd|1")),
    ] {
        let ran = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await;
        match tags {
            Some(tags) => {
                ran.unwrap();
                assert_eq!(database.row("SELECT tags, code FROM t WHERE id = 1").await, tags);
            }
            None => {
                let code = ran.unwrap_err().code().map(|code| code.code().to_owned());
                assert_eq!(code.as_deref(), Some("22001"));
            }
        }
    }
}
