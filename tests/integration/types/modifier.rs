//! Columns whose type has a modifier: what PostgreSQL would round, or cut off, is refused.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use pg_bulk_ingest::{Batch, IngestTable};
use tests::{Database, ingest};

#[derive(IngestTable, Clone, Default)]
#[ingest(table = "t")]
struct Row {
    #[ingest(sql_type = "timestamptz(3)")]
    at: Option<DateTime<Utc>>,
    #[ingest(sql_type = "time(0)[]")]
    times: Vec<NaiveTime>,
    #[ingest(sql_type = "interval(1)")]
    delta: Option<TimeDelta>,
    #[ingest(sql_type = "varchar(4)")]
    text: Option<&'static str>,
    /// A domain over `varchar(8)`.
    #[ingest(sql_type = "short_text")]
    short: Option<String>,
}

#[tokio::test]
async fn what_would_be_rounded_or_cut_off_is_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let millis = DateTime::from_timestamp_millis(1_234);
    let micros = DateTime::from_timestamp_micros(1_234_567);
    let time = |nanos| NaiveTime::from_hms_nano_opt(1, 2, 3, nanos).unwrap();
    let none = Row::default();
    let fits = Row {
        at: millis,
        times: vec![time(0)],
        delta: Some(TimeDelta::milliseconds(-100)),
        text: Some("ab  "),
        short: Some("é".repeat(8)),
    };
    ingest::<Row>(&mut client).batches(|_| [Batch::new([&fits, &none])]).await.unwrap();
    for (row, column, reason) in [
        (
            Row { at: micros, ..none.clone() },
            "at",
            "has more than the 3 digits after the second that its column's precision gives \
             timestamp with time zone",
        ),
        (
            Row { times: vec![time(0), time(1_000)], ..none.clone() },
            "times",
            "has more than the 0 digits after the second that its column's precision gives time \
             without time zone",
        ),
        (
            Row { delta: Some(TimeDelta::milliseconds(50)), ..none.clone() },
            "delta",
            "has more than the 1 digits after the second that its column's precision gives interval",
        ),
        (
            Row { text: Some("abcd "), ..none.clone() },
            "text",
            "has spaces at its end that varchar(4) would cut off",
        ),
        (
            Row { short: Some(format!("{} ", "é".repeat(8))), ..none.clone() },
            "short",
            "has spaces at its end that varchar(8) would cut off",
        ),
    ] {
        let error = ingest::<Row>(&mut client).batches(|_| [Batch::new([&row])]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                r#"cannot write a row: "public"."t", batch 1, row 1, column "{column}": the value {reason}"#
            )
        );
    }
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
}

#[tokio::test]
async fn a_number_that_a_negative_scale_would_round_is_refused() {
    #[derive(IngestTable)]
    #[ingest(table = "hundreds")]
    struct Hundreds {
        #[ingest(sql_type = "numeric(5, -2)")]
        number: u64,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |number| [Hundreds { number }];
    let created = ingest::<Hundreds>(&mut client).batches(|_| [Batch::new(row(1_200))]).await;
    // There is no such scale before 15.
    if tests::version() < 15 {
        let error = created.unwrap_err();
        assert_eq!(error.column(), Some("number"), "{error}");
        assert_eq!(error.code().unwrap().code(), "22023");
        return;
    }
    created.unwrap();
    let refused = ingest::<Hundreds>(&mut client).batches(|_| [Batch::new(row(1_256))]).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        r#"cannot write a row: "public"."hundreds", batch 1, row 1, column "number": the value is no multiple of 100, to which its column would round it"#
    );
    assert_eq!(database.rows("SELECT number FROM hundreds").await, ["1200"]);
}
