//! Values, comments and names of any kind. `ARBITRARY_CASES` asks for more of them, `ARBITRARY_SEED`
//! for others.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::fmt::Debug;
use tests::{Holds, Values, commenting, encoding, quoting};
use tokio::runtime::Runtime;
use uuid::Uuid;

const CASES: u32 = 256;

/// Holds for generated values, the same ones in each run.
#[allow(clippy::needless_pass_by_value, reason = "closures are written where they are given")]
fn property<V: Debug>(
    values: impl Strategy<Value = V>,
    holds: impl AsyncFn(&mut Holds, V) -> Result<(), String>,
) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u32>().unwrap());
    let seed = number("ARBITRARY_SEED").unwrap_or(0);
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_be_bytes());
    let config = Config {
        cases: number("ARBITRARY_CASES").unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let runtime = Runtime::new().unwrap();
    let server = RefCell::new(runtime.block_on(Holds::new()));
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let result = TestRunner::new_with_rng(config, rng).run(&values, |values| {
        let held = runtime.block_on(holds(&mut server.borrow_mut(), values));
        held.map_err(TestCaseError::fail)
    });
    result.unwrap_or_else(|error| panic!("ARBITRARY_SEED={seed}: {error}"));
}

/// A text in which NUL is rare.
fn text() -> impl Strategy<Value = String> {
    let any = vec(any::<char>().prop_filter("no NUL", |c| *c != '\0'), 0..20);
    let any = any.prop_map(String::from_iter);
    prop_oneof![60 => any, 1 => Just("a\0b".to_owned()), 4 => Just("é".repeat(30_000))]
}

fn days() -> impl Strategy<Value = NaiveDate> {
    let any = (-1_700_000..90_000_000_i64).prop_filter_map("in chrono's calendar", |days| {
        DateTime::UNIX_EPOCH.date_naive().checked_add_signed(TimeDelta::days(days))
    });
    let first = NaiveDate::from_ymd_opt(-4713, 11, 24).unwrap();
    prop_oneof![
        40 => any,
        1 => select(vec![NaiveDate::MIN, NaiveDate::MAX, first, first.pred_opt().unwrap()]),
    ]
}

fn times() -> impl Strategy<Value = NaiveDateTime> {
    let unit = prop_oneof![60 => Just(1000_u32), 1 => Just(1)];
    (days(), 0..86_400_u32, 0..1_000_000_u32, unit).prop_map(|(day, second, fraction, unit)| {
        let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(second, fraction * unit);
        day.and_time(time.unwrap())
    })
}

fn row() -> impl Strategy<Value = Values> {
    let numbers = any::<(bool, i16, Option<i32>, i64, f32, f64)>();
    let others = (text(), option::of(text()), vec(any::<u8>(), 0..40), any::<u128>());
    let arrays = (vec(any::<Option<i32>>(), 0..4), vec(text(), 0..4));
    (numbers, others, days(), times(), arrays).prop_map(|(numbers, others, day, time, arrays)| {
        let (truth, small, number, large, single, double) = numbers;
        let (text, other, bytes, uuid) = others;
        let (array, texts) = arrays;
        let uuid = Uuid::from_u128(uuid);
        Values {
            truth,
            small,
            number,
            large,
            single,
            double,
            text,
            other,
            bytes,
            uuid,
            day,
            time,
            array,
            texts,
        }
    })
}

#[test]
fn values_are_sent_as_the_format_says_or_refused() {
    property(vec(row(), 0..8), async |server, values| {
        encoding(&values)?;
        server.stream(&values).await
    });
}

/// Pieces of comments that come close to what is stored in one.
const PIECES: &[&str] = &[
    "{",
    "}",
    "\"",
    "[",
    "]",
    ":",
    ", ",
    " ",
    "\n",
    "\\",
    "'",
    "1",
    "-0.5",
    "NaN",
    "null",
    "true",
    "é🦀",
    "{\"pg-bulk-ingest\": ",
    "\"high-watermark\": ",
    "{\"high-watermark\": ",
    "\"a\": ",
    "\"comment\": ",
    "\"\\ud800\"",
    "{}",
    "}}",
];

#[test]
fn a_comment_is_understood_or_stays_as_it_is() {
    let json = prop_oneof![
        Just("1".to_owned()),
        Just("null".to_owned()),
        Just("\"\\u00e9\"".to_owned()),
        Just("[1, {\"high-watermark\": 2}]".to_owned()),
    ];
    let json = json.prop_recursive(3, 12, 4, |inner| {
        let keys = select(vec!["pg-bulk-ingest", "high-watermark", "comment", "a", "a\\nb"]);
        vec((keys, inner), 0..4).prop_map(|fields| {
            let fields = fields.into_iter().map(|(key, value)| format!("\"{key}\" : {value}"));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        })
    });
    let pieces = vec(select(PIECES.to_vec()), 0..12).prop_map(|pieces| pieces.concat());
    let comments = prop_oneof![2 => json, 2 => pieces, 1 => ".*"];
    property(comments, async |server, comment| {
        commenting(&comment)?;
        server.comment(&comment).await
    });
}

#[test]
fn a_table_has_the_name_that_was_asked_for_or_is_refused() {
    let telling = vec![
        "\"", "'", "\\", "$1", "$$", ":x", "%", "%s", "%I", ".", " ", ";", "--", "/*", "🦀", "é",
        "select", "\n", "\t", "{", "}", "a", "A", "pg_", "?",
    ];
    let name = || {
        let pieces = vec(select(telling.clone()), 0..14).prop_map(|pieces| pieces.concat());
        prop_oneof![6 => pieces, 2 => ".{0,20}", 1 => "é{28,34}", 1 => Just("a\0b".to_owned())]
    };
    property((name(), name()), async |server, (schema, table)| {
        quoting(&schema)?;
        quoting(&table)?;
        server.name(&schema, &table).await
    });
}
