//! Merging into partitioned tables: the rows are right wherever they lie, and looked for where they can be.

use chrono::NaiveDate;
use pg_bulk_ingest::{Batch, IngestTable};
use std::collections::BTreeMap;
use tests::{Database, Dice, ingest};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

#[derive(IngestTable, Clone)]
#[ingest(table = "t", primary_key(day, shop, id))]
struct Sale {
    day: NaiveDate,
    shop: String,
    id: i64,
    value: i32,
}

/// They need quotes.
const SHOPS: [&str; 6] = ["a", "it's", r"b\c", "NULL", r#"{x,"y"}"#, ""];

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(number)
}

/// How the table is partitioned: 4 times in 40 days, if at all by days.
const LAYOUTS: [&str; 5] = [
    "PARTITION BY RANGE (day);
    CREATE TABLE t0 PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2026-01-11');
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2026-01-11') TO ('2026-01-21');
    CREATE TABLE t2 PARTITION OF t DEFAULT",
    "PARTITION BY LIST (shop);
    CREATE TABLE t0 PARTITION OF t FOR VALUES IN ('a', '', 'NULL');
    CREATE TABLE t1 PARTITION OF t FOR VALUES IN (E'it''s', E'b\\\\c');
    CREATE TABLE t2 PARTITION OF t DEFAULT",
    "PARTITION BY HASH (id);
    CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 0);
    CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 1);
    CREATE TABLE t2 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 2)",
    "PARTITION BY HASH (shop, id);
    CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
    "PARTITION BY RANGE (day, id);
    CREATE TABLE t0 PARTITION OF t FOR VALUES FROM ('2026-01-01', 0) TO ('2026-01-15', 30)
    PARTITION BY LIST (shop);
    CREATE TABLE t00 PARTITION OF t0 FOR VALUES IN ('a', 'it''s', '');
    CREATE TABLE t01 PARTITION OF t0 DEFAULT PARTITION BY HASH (id);
    CREATE TABLE t010 PARTITION OF t01 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE t011 PARTITION OF t01 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    CREATE TABLE t1 PARTITION OF t DEFAULT",
];

/// The table, its columns in another order than the fields of a row are.
fn create(layout: &str) -> String {
    format!(
        "CREATE TABLE t (id int8, day date, value int4 NOT NULL, shop text, \
         PRIMARY KEY (day, shop, id)) {layout}"
    )
}

#[tokio::test]
async fn random_batches_leave_what_a_map_would() {
    if tests::version() < 11 {
        return;
    }
    for (number, layout) in (0..).zip(LAYOUTS) {
        let database = Database::new().await;
        database.execute(&create(layout)).await;
        let mut client = database.connect().await;
        let mut dice = Dice::new(number);
        let mut expected = BTreeMap::new();
        // Few values of each column, many, and, of some, so many that all are compared with all.
        let mut sizes = vec![(40, 3, 5), (300, 40, 60), (1, 1, 1), (200, 40, 300)];
        if number % 2 == 0 {
            sizes.insert(2, (10_000, 12, 40));
        }
        for (size, days, ids) in sizes {
            let mut sale = || Sale {
                day: day(dice.below(days)),
                shop: dice.pick(&SHOPS).to_owned(),
                id: i64::try_from(dice.below(ids)).unwrap(),
                value: i32::try_from(dice.below(3)).unwrap(),
            };
            let rows = (0..size).map(|_| sale()).collect::<Vec<_>>();
            let report =
                ingest::<Sale>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
            let key = |row: &Sale| (row.day, row.shop.clone(), row.id);
            let latest = rows.iter().map(|row| (key(row), row.value)).collect::<BTreeMap<_, _>>();
            let mut counts = (0, 0, 0);
            for (key, value) in latest {
                match expected.insert(key, value) {
                    None => counts.0 += 1,
                    Some(before) if before != value => counts.1 += 1,
                    Some(_) => counts.2 += 1,
                }
            }
            let table = &report.tables[0];
            let counted = (table.inserted, table.updated, table.unchanged);
            assert_eq!(counted, counts, "{size} rows, {layout}");
            let stored = "SELECT day, shop, id, value FROM t ORDER BY day, shop COLLATE \"C\", id";
            let rows = expected
                .iter()
                .map(|((day, shop, id), value)| format!("{day}|{shop}|{id}|{value}"));
            assert_eq!(database.rows(stored).await, rows.collect::<Vec<_>>(), "{layout}");
        }
    }
}

/// A client, and what the server says to it of itself.
async fn listening(database: &Database) -> (Client, mpsc::UnboundedReceiver<String>) {
    let config = database.url().parse::<Config>().unwrap();
    let (client, mut connection) = config.connect(NoTls).await.unwrap();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut next = std::pin::pin!(futures_util::stream::poll_fn(|context| {
            connection.poll_message(context)
        }));
        while let Some(Ok(message)) = futures_util::StreamExt::next(&mut next).await {
            if let AsyncMessage::Notice(notice) = message {
                let _ = sender.send(notice.message().to_owned());
            }
        }
    });
    (client, receiver)
}

#[tokio::test]
async fn no_partition_is_read_as_a_whole() {
    if tests::version() < 11 {
        return;
    }
    let ranges = (0..20).map(|n| {
        let (from, to) = (day(n), day(n + 1));
        format!("CREATE TABLE t{n} PARTITION OF t FOR VALUES FROM ('{from}') TO ('{to}')")
    });
    let hashes = (0..20).map(|n| {
        format!("CREATE TABLE t{n} PARTITION OF t FOR VALUES WITH (MODULUS 20, REMAINDER {n})")
    });
    let layouts = [
        format!("PARTITION BY RANGE (day); {}", ranges.collect::<Vec<_>>().join("; ")),
        format!("PARTITION BY HASH (id); {}", hashes.collect::<Vec<_>>().join("; ")),
    ];
    // Rows of two partitions and of two thirds of all.
    let few = (0..100).map(|n| (day(n % 2), i64::try_from(n % 2).unwrap() + 7)).collect::<Vec<_>>();
    let some = (0..100).map(|n| (day(n % 20), i64::try_from(n * 37).unwrap())).collect::<Vec<_>>();
    for layout in layouts {
        let database = Database::new().await;
        database
            .execute(&format!(
                "{};
                INSERT INTO t SELECT n / 20, date '2026-01-01' + n % 20, 1, 'a'
                FROM generate_series(0, 79999) n;
                ANALYZE t",
                create(&layout)
            ))
            .await;
        for (keys, most) in [(&few, 2), (&some, 20)] {
            let (mut client, mut notices) = listening(&database).await;
            client
                .batch_execute(
                    "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;
                    SET client_min_messages = log",
                )
                .await
                .unwrap();
            let sale = |&(day, id): &_| Sale { day, shop: "a".to_owned(), id, value: 2 };
            let batch = keys.iter().map(sale).collect::<Vec<_>>();
            let report =
                ingest::<Sale>(&mut client).batches(|_| [Batch::new(&batch)]).await.unwrap();
            assert!(report.tables[0].updated > 0);
            let mut found = 0;
            while let Ok(notice) = notices.try_recv() {
                assert!(!notice.contains("Seq Scan on t"), "{notice}");
                // The values of a batch tell the partitions. They are not looked up for each of its rows.
                let looked_up = |line: &&str| {
                    line.contains("Index Cond")
                        && (line.contains("::bigint[]") || line.contains("::date[]"))
                };
                assert_eq!(notice.lines().find(looked_up), None, "{notice}");
                let scans =
                    notice.lines().filter(|line| line.contains("Scan") && line.contains(" on t"));
                found = found.max(scans.count());
            }
            assert!(found > 0 && found <= most, "{found} scans of partitions, {layout}");
        }
    }
}
