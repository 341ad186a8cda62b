//! Rows of printed structs go into the tables that these were printed of.

use crate::file;
use crate::generated::from_10::{
    Domains, Enums, Identities, KeyInAnotherOrder, Mood, Ranges, Weather,
};
use pg_bulk_ingest::{Filled, IngestTables, NoWatermark, ingest};
use std::ops::Bound::{Excluded, Included, Unbounded};
use tests::{Database, assert_same, snapshot};

#[derive(IngestTables)]
enum Row {
    Domains(Domains),
    Enums(Enums),
    Identities(Identities),
    KeyInAnotherOrder(KeyInAnotherOrder),
    Ranges(Ranges),
}

fn rows() -> Vec<Row> {
    let decimal = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap();
    vec![
        Row::Identities(Identities { id: Filled, value: "one".to_owned() }),
        Row::KeyInAnotherOrder(KeyInAnotherOrder { a: 1, b: None, c: "c".to_owned() }),
        Row::Enums(Enums {
            a: Mood::Ok,
            b: None,
            c: Some(vec![Mood::Sad, Mood::Happy]),
            d: Weather::PartlyCloudy,
            e: None,
            f: None,
            g: None,
            h: Some(Mood::Happy),
        }),
        Row::Domains(Domains {
            a: "short".to_owned(),
            b: Some(1),
            c: Some("happy".to_owned()),
            d: Some(vec![1, 2]),
            e: Some(decimal("12.34")),
            f: Some("text".to_owned()),
        }),
        Row::Ranges(Ranges {
            a: Some((Included(1), Unbounded)),
            b: (Included(1), Excluded(5)),
            c: Some((Excluded(decimal("1.5")), Unbounded)),
            d: None,
            e: None,
            f: None,
            g: Some(vec![(Included(1), Excluded(2))]),
        }),
    ]
}

#[tokio::test]
async fn rows_go_into_tables_that_stay_as_they_are() {
    let database = Database::new().await;
    database.execute(&std::fs::read_to_string(file("from_10.sql")).unwrap()).await;
    let without_sequences = |lines: Vec<String>| {
        lines.into_iter().filter(|line| !line.starts_with("sequence ")).collect::<Vec<_>>()
    };
    let before = without_sequences(snapshot(&database).await);
    let mut client = database.connect().await;
    let load = ingest::<Row>(&mut client).rows(|_| rows(), |_| NoWatermark);
    let report = load.await.unwrap();
    assert!(report.migrated.is_empty() && report.rows == 5, "{report}");
    assert_same(&before, &without_sequences(snapshot(&database).await), "after rows");
    for (table, expected) in [
        ("identities", "1|one"),
        ("key_in_another_order", "1|∅|c"),
        ("enums", "ok|∅|{sad,happy}|partly_cloudy|∅|∅|∅|happy"),
        ("domains", "short|1|happy|{1,2}|12.34|text"),
        ("ranges", "[1,)|[1,5)|(1.5,)|∅|∅|∅|{\"[1,2)\"}"),
    ] {
        assert_eq!(database.rows(&format!("TABLE {table}")).await, [expected], "{table}");
    }
}
