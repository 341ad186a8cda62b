//! Values of other crates' types that are refused before they are sent.

use bigdecimal::BigDecimal;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use jiff::{SignedDuration, Span, Timestamp, civil};
use pg_bulk_ingest::{Batch, IngestTable};
use rust_decimal::Decimal;
use tests::{Database, ingest};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

#[derive(IngestTable, Clone, Default)]
#[ingest(table = "t")]
struct Row {
    #[ingest(sql_type = "numeric(10,2)")]
    money: Option<Decimal>,
    #[ingest(sql_type = "numeric(10,2)[]")]
    sums: Option<Vec<BigDecimal>>,
    /// A domain over `numeric(4,0)`.
    #[ingest(sql_type = "whole")]
    whole: Option<Decimal>,
    big: Option<BigDecimal>,
    time_date: Option<Date>,
    time_time: Option<Time>,
    #[ingest(sql_type = "time(1)")]
    time_time1: Option<Time>,
    time_timestamp: Option<PrimitiveDateTime>,
    time_timestamptz: Option<OffsetDateTime>,
    time_interval: Option<Duration>,
    jiff_date: Option<civil::Date>,
    jiff_time: Option<civil::Time>,
    jiff_timestamp: Option<civil::DateTime>,
    jiff_timestamptz: Option<Timestamp>,
    #[ingest(sql_type = "timestamptz(3)")]
    jiff_timestamptz3: Option<Timestamp>,
    jiff_interval: Option<SignedDuration>,
    jiff_span: Option<Span>,
    net: Option<IpNet>,
    net4: Option<Ipv4Net>,
    net6: Option<Ipv6Net>,
}

fn bad_values() -> Vec<(Row, &'static str, &'static str, String)> {
    let none = Row::default;
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let big = |text: &str| text.parse::<BigDecimal>().unwrap();
    let round = |scale| {
        format!(
            "has more than {scale} digits after the decimal point, to which its column would round it"
        )
    };
    let integer =
        "has more than 131072 digits before the decimal point, the most that numeric can hold";
    let fraction =
        "has more than 16383 digits after the decimal point, the most that numeric can hold";
    let early = |name| format!("is before 4714-11-24 BC, the first day that {name} can hold");
    let nanos = |name| format!("has a fraction of a microsecond, which {name} cannot hold");
    let time_nanos =
        |name| format!("{} (time's `truncate_to_microsecond` cuts it off)", nanos(name));
    let jiff_nanos = |name| {
        format!(
            "{} (jiff's `round` to `Unit::Microsecond` by `RoundMode::Trunc` cuts it off)",
            nanos(name)
        )
    };
    let (time, timestamp) = ("time without time zone", "timestamp without time zone");
    let timestamptz = "timestamp with time zone";
    let too_long = "is longer than 292,471 years, which interval cannot hold in microseconds";
    let bits = "has bits set to the right of its mask, which cidr cannot hold (ipnet's `trunc` clears them, and inet holds them)";
    let nano = Time::from_hms_nano(1, 2, 3, 4_005).unwrap();
    let too_early = Date::from_julian_day(-1).unwrap();
    let day = Date::from_julian_day(2_451_545).unwrap();
    let tick = Time::from_hms_milli(1, 2, 3, 450).unwrap();
    let jiff_early = civil::date(-4713, 11, 23);
    let early_instant = "-004713-11-23T23:59:59.999999Z".parse::<Timestamp>().unwrap();
    vec![
        (Row { money: Some(decimal("1.005")), ..none() }, "money", "1.005", round(2)),
        (
            Row { money: Some(decimal("-0.0000000001")), ..none() },
            "money",
            "-0.0000000001",
            round(2),
        ),
        (Row { sums: Some(vec![big("1.50"), big("1e-3")]), ..none() }, "sums", "0.001", round(2)),
        (
            Row { sums: Some(vec![big("123456789012345678901234567890123456789.012")]), ..none() },
            "sums",
            "123456789012345678901234567890123456789.012",
            round(2),
        ),
        (Row { whole: Some(decimal("0.5")), ..none() }, "whole", "0.5", round(0)),
        (Row { big: Some(big("1e131072")), ..none() }, "big", "1e+131072", integer.to_owned()),
        (
            Row { big: Some(big("-1e999999999")), ..none() },
            "big",
            "-1e+999999999",
            integer.to_owned(),
        ),
        (Row { big: Some(big("1e-16384")), ..none() }, "big", "1E-16384", fraction.to_owned()),
        (Row { big: Some(big("1e-20000")), ..none() }, "big", "1E-20000", fraction.to_owned()),
        (Row { time_date: Some(too_early), ..none() }, "time_date", "-4713-11-23", early("date")),
        (
            Row { time_timestamp: Some(PrimitiveDateTime::new(too_early, tick)), ..none() },
            "time_timestamp",
            "-4713-11-23 1:02:03.45",
            early(timestamp),
        ),
        (
            Row { time_timestamptz: Some(OffsetDateTime::new_utc(too_early, tick)), ..none() },
            "time_timestamptz",
            "-4713-11-23 1:02:03.45 +00:00:00",
            early(timestamptz),
        ),
        (
            Row { time_time: Some(nano), ..none() },
            "time_time",
            "1:02:03.000004005",
            time_nanos(time),
        ),
        (
            Row { time_time1: Some(tick), ..none() },
            "time_time1",
            "1:02:03.45",
            "has more than the 1 digits after the second that its column's precision gives time \
             without time zone"
                .to_owned(),
        ),
        (
            Row { time_timestamp: Some(PrimitiveDateTime::new(day, nano)), ..none() },
            "time_timestamp",
            "2000-01-01 1:02:03.000004005",
            time_nanos(timestamp),
        ),
        (
            Row { time_timestamptz: Some(OffsetDateTime::new_utc(day, nano)), ..none() },
            "time_timestamptz",
            "2000-01-01 1:02:03.000004005 +00:00:00",
            time_nanos(timestamptz),
        ),
        (
            Row { time_interval: Some(Duration::nanoseconds(-1)), ..none() },
            "time_interval",
            "SignedDuration { seconds: 0, nanoseconds: -1 }",
            nanos("interval"),
        ),
        (
            Row { time_interval: Some(Duration::days(106_751_992)), ..none() },
            "time_interval",
            "SignedDuration { seconds: 9223372108800, nanoseconds: 0 }",
            too_long.to_owned(),
        ),
        (
            Row { jiff_date: Some(jiff_early), ..none() },
            "jiff_date",
            "-004713-11-23",
            early("date"),
        ),
        (
            Row { jiff_timestamp: Some(jiff_early.at(0, 0, 0, 0)), ..none() },
            "jiff_timestamp",
            "-004713-11-23T00:00:00",
            early(timestamp),
        ),
        (
            Row { jiff_timestamptz: Some(early_instant), ..none() },
            "jiff_timestamptz",
            "-004713-11-23T23:59:59.999999Z",
            early(timestamptz),
        ),
        (
            Row { jiff_time: Some(civil::time(1, 2, 3, 4_005)), ..none() },
            "jiff_time",
            "01:02:03.000004005",
            jiff_nanos(time),
        ),
        (
            Row { jiff_timestamp: Some(civil::date(2000, 1, 1).at(0, 0, 0, 1)), ..none() },
            "jiff_timestamp",
            "2000-01-01T00:00:00.000000001",
            jiff_nanos(timestamp),
        ),
        (
            Row { jiff_timestamptz: Some(Timestamp::from_nanosecond(-1).unwrap()), ..none() },
            "jiff_timestamptz",
            "1969-12-31T23:59:59.999999999Z",
            jiff_nanos(timestamptz),
        ),
        (
            Row { jiff_timestamptz3: Some(Timestamp::from_microsecond(1).unwrap()), ..none() },
            "jiff_timestamptz3",
            "1970-01-01T00:00:00.000001Z",
            "has more than the 3 digits after the second that its column's precision gives \
             timestamp with time zone"
                .to_owned(),
        ),
        (
            Row { jiff_interval: Some(SignedDuration::from_nanos(1)), ..none() },
            "jiff_interval",
            "1ns",
            nanos("interval"),
        ),
        (
            Row { jiff_interval: Some(SignedDuration::from_secs(i64::MIN)), ..none() },
            "jiff_interval",
            "2562047788015215h 30m 8s ago",
            too_long.to_owned(),
        ),
        (
            Row { jiff_span: Some(Span::new().nanoseconds(1_001)), ..none() },
            "jiff_span",
            "1001ns",
            nanos("interval"),
        ),
        (
            Row { net: Some("10.0.0.1/8".parse().unwrap()), ..none() },
            "net",
            "10.0.0.1/8",
            bits.to_owned(),
        ),
        (
            Row { net4: Some("10.0.0.1/31".parse().unwrap()), ..none() },
            "net4",
            "10.0.0.1/31",
            bits.to_owned(),
        ),
        (
            Row { net6: Some("::1/127".parse().unwrap()), ..none() },
            "net6",
            "::1/127",
            bits.to_owned(),
        ),
    ]
}

#[tokio::test]
async fn the_error_names_the_column_the_value_and_the_reason() {
    let database = Database::new().await;
    database.execute("CREATE DOMAIN whole AS numeric(4,0)").await;
    let mut client = database.connect().await;
    for (row, column, shown, reason) in bad_values() {
        let ingest = ingest::<Row>(&mut client).show_values(true);
        let error = ingest.batches(|_| [Batch::new([&row])]).await.unwrap_err();
        let place =
            format!(r#"cannot write a row: "public"."t", batch 1, row 1, column "{column}""#);
        assert_eq!(error.to_string(), format!("{place}: the value {shown} {reason}"));
    }
}

#[tokio::test]
async fn a_number_over_the_precision_of_its_column_is_an_error_at_its_row() {
    let database = Database::new().await;
    database.execute("CREATE DOMAIN whole AS numeric(4,0)").await;
    let mut client = database.connect().await;
    let rows = [Row::default(), Row { money: Some(Decimal::from(100_000_000)), ..Row::default() }];
    let error = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(2), Some("money")));
    assert_eq!(error.code().unwrap().code(), "22003");
}

#[tokio::test]
async fn a_number_that_a_negative_scale_would_round_is_refused() {
    #[derive(IngestTable)]
    #[ingest(table = "hundreds")]
    struct Hundreds {
        #[ingest(sql_type = "numeric(5, -2)")]
        number: BigDecimal,
        #[ingest(sql_type = "numeric(5, -30)")]
        nonillions: Option<u64>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |number: &str, nonillions| [Hundreds { number: number.parse().unwrap(), nonillions }];
    let good = row("1200.00", Some(0));
    let created = ingest::<Hundreds>(&mut client).batches(|_| [Batch::new(good)]).await;
    // There is no such scale before 15.
    if tests::version() < 15 {
        let error = created.unwrap_err();
        assert_eq!(error.column(), Some("number"), "{error}");
        assert_eq!(error.code().unwrap().code(), "22023");
        return;
    }
    created.unwrap();
    for (row, column, power) in [
        (row("1250", None), "number", "100"),
        (row("0", Some(u64::MAX)), "nonillions", "1000000000000000000000000000000"),
    ] {
        let refused = ingest::<Hundreds>(&mut client).batches(|_| [Batch::new(row)]).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            format!(
                r#"cannot write a row: "public"."hundreds", batch 1, row 1, column "{column}": the value is no multiple of {power}, to which its column would round it"#
            )
        );
    }
    assert_eq!(database.rows("SELECT number, nonillions FROM hundreds").await, ["1200|0"]);
}

#[tokio::test]
async fn what_the_fields_of_an_interval_would_cut_off_is_refused() {
    #[derive(IngestTable, Clone, Default)]
    #[ingest(table = "spans")]
    struct Spans {
        #[ingest(sql_type = "interval year")]
        year: Option<Span>,
        #[ingest(sql_type = "interval year to month")]
        month: Option<Span>,
        #[ingest(sql_type = "interval day")]
        day: Option<Span>,
        #[ingest(sql_type = "interval day to minute")]
        minute: Option<SignedDuration>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let (none, span) = (Spans::default(), Span::new());
    let good = Spans {
        year: Some(span.months(24)),
        month: Some(span.months(13)),
        day: Some(span.months(1).weeks(1)),
        minute: Some(SignedDuration::from_secs(60)),
    };
    ingest::<Spans>(&mut client).batches(|_| [Batch::new([&good])]).await.unwrap();
    for (row, column) in [
        (Spans { year: Some(span.months(13)), ..none.clone() }, "year"),
        (Spans { month: Some(span.days(1)), ..none.clone() }, "month"),
        (Spans { month: Some(span.seconds(1)), ..none.clone() }, "month"),
        (Spans { day: Some(span.hours(24)), ..none.clone() }, "day"),
        (Spans { minute: Some(SignedDuration::from_secs(61)), ..none.clone() }, "minute"),
    ] {
        let error =
            ingest::<Spans>(&mut client).batches(|_| [Batch::new([&row])]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                r#"cannot write a row: "public"."spans", batch 1, row 1, column "{column}": the value has a part that the fields of its column's interval would cut off"#
            )
        );
    }
    assert_eq!(
        database.row("SELECT * FROM spans").await,
        "2 years|1 year 1 mon|1 mon 7 days|00:01:00"
    );
}
