//! Every way in which a table can be partitioned.

use super::{PARTITIONS, load};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use pg_bulk_ingest::{IngestEnum, IngestTable};
use tests::{Database, ingest, version};
use uuid::Uuid;

/// Loads rows of each struct into a table of its own, twice, and looks at its partitions.
macro_rules! forms {
    ($($least:literal, $($setting:literal)?, {$($partitioned:tt)*}, $type:ty, [$($value:expr),*] => $expected:expr;)*) => {$(
        if version() >= $least {
            #[derive(IngestTable, Clone)]
            #[ingest(table = "t", $($partitioned)*)]
            struct Row {
                at: $type,
                id: i32,
            }
            let database = Database::new().await;
            let mut client = database.connect().await;
            $(client.batch_execute($setting).await.unwrap();)?
            let rows = [$($value),*].map(|at| Row { at, id: 1 });
            for _ in 0..2 {
                load::<Row>(&mut client, rows.clone()).await;
            }
            let found = database.rows(PARTITIONS).await;
            let expected: &[&str] = &$expected;
            assert_eq!(found, expected, "{}", stringify!($($partitioned)*));
            let plan = ingest::<Row>(&mut client).plan().await.unwrap();
            assert!(plan.is_empty(), "{plan}");
        }
    )*};
}

#[derive(IngestEnum, Clone, Copy)]
enum Kind {
    Up,
    Down,
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn time(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_period_is_of_a_date_an_instant_or_a_number() {
    forms! {
        10, , {partition_by = "range (at)", partitions(every = "1 year")}, NaiveDate,
            [date("2024-12-31"), date("2025-01-01")] => [
                "t_2024 FROM ('2024-01-01') TO ('2025-01-01'): 2",
                "t_2025 FROM ('2025-01-01') TO ('2026-01-01'): 2",
            ];
        10, , {partition_by = "range (at)", partitions(every = "1 week", ahead = 1)}, NaiveDate,
            [date("2026-11-29")] => [
                "t_2026_11_23 FROM ('2026-11-23') TO ('2026-11-30'): 2",
                "t_2026_11_30 FROM ('2026-11-30') TO ('2026-12-07'): 0",
            ];
        // Bounds are instants of UTC, whatever the session's time zone is.
        10, "SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'",
            {partition_by = "range (at)", partitions(every = "6 hours")}, DateTime<Utc>,
            [instant("2026-11-29T05:59:59Z"), instant("2026-11-29T06:00:00Z")] => [
                "t_2026_11_29_00 FROM ('2026-11-29 00:00:00+00') TO ('2026-11-29 06:00:00+00'): 2",
                "t_2026_11_29_06 FROM ('2026-11-29 06:00:00+00') TO ('2026-11-29 12:00:00+00'): 2",
            ];
        10, , {partition_by = "range (at)", partitions(every = "1 day")}, NaiveDateTime,
            [time("1999-12-31T23:59:59.999999"), time("2000-01-01T00:00:00")] => [
                "t_1999_12_31 FROM ('1999-12-31 00:00:00') TO ('2000-01-01 00:00:00'): 2",
                "t_2000_01_01 FROM ('2000-01-01 00:00:00') TO ('2000-01-02 00:00:00'): 2",
            ];
        12, , {partition_by = "range (at)", partitions(every = 1_000)}, i64,
            [-1, 0, 999, 1000] => [
                "t_0 FROM ('0') TO ('1000'): 4",
                "t_1000 FROM ('1000') TO ('2000'): 2",
                "t_minus_1000 FROM ('-1000') TO ('0'): 2",
            ];
        12, , {partition_by = "range (at)", partitions(every = 100)}, i16,
            [7] => ["t_0 FROM ('0') TO ('100'): 2"];
    }
}

#[tokio::test]
async fn a_value_has_a_partition_of_its_own() {
    forms! {
        10, , {partition_by = "list (at)", partitions(list)}, Option<String>,
            [Some("it's".to_owned()), None, Some("a\\b".to_owned())] => [
                "t_a\\b IN ('a\\b'): 2",
                "t_it's IN ('it''s'): 2",
                "t_null IN (NULL): 2",
            ];
        12, , {partition_by = "list (at)", partitions(list)}, i32,
            [-3, 4] => ["t_-3 IN ('-3'): 2", "t_4 IN (4): 2"];
        12, , {partition_by = "list (at)", partitions(list)}, bool,
            [true, false] => ["t_false IN (false): 2", "t_true IN (true): 2"];
        10, , {partition_by = "list (at)", partitions(list)}, Kind,
            [Kind::Up, Kind::Down] => ["t_Down IN ('Down'): 2", "t_Up IN ('Up'): 2"];
        10, , {partition_by = "list (at)", partitions(list)}, Uuid, [Uuid::nil()] => [
            "t_00000000-0000-0000-0000-000000000000 IN ('00000000-0000-0000-0000-000000000000'): 2",
        ];
        10, , {partition_by = "list (at)", partitions(list)}, NaiveDate,
            [date("2026-11-29")] => ["t_2026-11-29 IN ('2026-11-29'): 2"];
    }
}

#[tokio::test]
async fn some_partitions_come_with_their_table() {
    forms! {
        11, , {partition_by = "hash (id)", partitions(hash = 2)}, i32, [5] => [
            "t_0 WITH (modulus 2, remainder 0): 2",
            "t_1 WITH (modulus 2, remainder 1): 0",
        ];
        // What is in no period goes there.
        11, , {partition_by = "range (at)", partitions(every = "1 day", default)}, Option<NaiveDate>,
            [None, Some(NaiveDate::MIN + chrono::TimeDelta::days(100_000_000))] => [
                "t_default DEFAULT: 4",
            ];
        11, , {partition_by = "list (at)", partitions(list, default)}, i64, [7] => [
            "t_7 IN ('7'): 2",
            "t_default DEFAULT: 0",
        ];
    }
}
