//! Instructions per row of the encoder, beside those of one that was written by hand.
//!
//! They are counted by callgrind, and unlike time they are the same on a machine that is busy. The
//! program runs itself once for each row and encoder, and what is counted is one function: the one
//! in which the library takes rows until a chunk is full, or its like below.

use crate::checked::Check;
use crate::contender::connect;
use crate::data::{N, W, narrow, wide};
use crate::hand_written::Encode;
#[cfg(feature = "peers")]
use crate::peers::arrow::{Batches, encode_by_pgpq, ingest_batches};
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use pg_bulk_ingest::{Batch, IngestTable, RowOf, ingest};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What the first argument is when the program runs itself.
pub(crate) const RUN: &str = "count-run";

/// The functions that are counted, as callgrind spells them.
const OURS: &str = "pg_bulk_ingest::source::push*";
const BY_HAND: &str = "benches::count::encode_by_hand*";
const PGPQ: &str = "benches::peers::arrow::encode_by_pgpq*";
const CHECKED: &str = "benches::count::encode_checked*";

/// The most that our encoder should take, as a ratio to the one by hand.
const TARGET: f64 = 1.10;

/// How far above the baseline a ratio may be.
const TOLERANCE: f64 = 1.10;

/// The rows of each count: what a chunk costs is then a small part of it.
const ROWS: usize = 10_000;

const CHUNK: usize = 64 * 1024;

pub(crate) fn run(url: &str, settings: &Settings) {
    println!("instructions per row, by callgrind");
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(!settings.names("count"), "valgrind is not installed");
        println!("not counted: valgrind is not installed\n");
        return;
    }
    println!(
        "{:4} {:>10} {:>14} {:>10} {:>8} {:>10} {:>10}",
        "", "by hand", "with checks", "ours", "ratio", "baseline", "to checks"
    );
    let rows = if settings.smoke { 100 } else { ROWS };
    let mut above = Vec::new();
    for (row, baseline) in baselines() {
        let by_hand = count("by-hand", &row, rows, url);
        let checked = count("checked", &row, rows, url);
        let ours = count("ours", &row, rows, url);
        let (ratio, to_checked) = (ours / by_hand, ours / checked);
        println!(
            "{row:4} {by_hand:>10.0} {checked:>14.0} {ours:>10.0} {ratio:>8.2} {baseline:>10.2} \
             {to_checked:>10.2}"
        );
        // Few rows, and a program that was not optimised, say nothing.
        if !settings.smoke && !cfg!(debug_assertions) {
            let what = format!("encoder, instructions per row of {row}, to one by hand");
            settings.target(what, AtMost(TARGET), ratio);
            if ratio > baseline * TOLERANCE {
                above.push(row);
            }
        }
    }
    println!();
    of_arrow(rows, url, settings);
    if !above.is_empty() {
        let above = format!("more than 10% above {}: {above:?}", baseline_file().display());
        // Among other suites it should not be the end of those that follow.
        assert!(!settings.names("count"), "{above}");
        println!("{above}\n");
    }
}

/// Those of record batches, beside pgpq's.
#[cfg(feature = "peers")]
fn of_arrow(rows: usize, url: &str, settings: &Settings) {
    println!("{:4} {:>10} {:>10} {:>8}", "", "of Arrow", "pgpq", "ratio");
    for row in ["N", "W"] {
        let ours = count("arrow", row, rows, url);
        let pgpq = count("pgpq", row, rows, url);
        let ratio = ours / pgpq;
        println!("{row:4} {ours:>10.0} {pgpq:>10.0} {ratio:>8.2}");
        if !settings.smoke && !cfg!(debug_assertions) {
            let what = format!("encoder of record batches, instructions per row of {row}, to pgpq");
            settings.target(what, AtMost(1.0), ratio);
        }
    }
    println!();
}

#[cfg(not(feature = "peers"))]
fn of_arrow(_: usize, _: &str, _: &Settings) {}

fn baseline_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline.json")
}

/// The rows, and the ratio that each had.
fn baselines() -> Vec<(String, f64)> {
    let text = fs::read_to_string(baseline_file()).unwrap();
    let baselines: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text).unwrap();
    baselines.into_iter().map(|(row, ratio)| (row, ratio.as_f64().unwrap())).collect()
}

/// Runs this program under callgrind: the instructions per row.
fn count(encoder: &str, row: &str, rows: usize, url: &str) -> f64 {
    let name = format!("pg-bulk-ingest-count-{}-{encoder}-{row}", std::process::id());
    let out = env::temp_dir().join(name);
    let function = match encoder {
        "ours" | "arrow" => OURS,
        "pgpq" => PGPQ,
        "checked" => CHECKED,
        _ => BY_HAND,
    };
    let output = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(format!("--toggle-collect={function}"))
        .arg(env::current_exe().unwrap())
        .args([RUN, encoder, row, &rows.to_string(), url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counted = fs::read_to_string(&out).unwrap();
    fs::remove_file(&out).unwrap();
    let totals = counted.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    let instructions: f64 = totals.trim().parse().unwrap();
    assert!(instructions > 0.0, "{function} was not called: the compiler has inlined it");
    #[expect(clippy::cast_precision_loss, reason = "there are few rows")]
    let rows = rows as f64;
    instructions / rows
}

/// What is run under callgrind.
pub(crate) async fn run_counted(arguments: &[String]) {
    let [encoder, row, rows, url] = arguments else {
        panic!("expected an encoder, a row, a number and a URL");
    };
    let rows = rows.parse().unwrap();
    #[cfg(feature = "peers")]
    if ["arrow", "pgpq"].contains(&&**encoder) {
        match row.as_str() {
            "W" => batches(encoder, url, "counted_w", &wide(rows)).await,
            _ => batches(encoder, url, "counted_n", &narrow(rows)).await,
        }
        return;
    }
    match row.as_str() {
        "W" => encode(encoder, url, &W::create("counted_w"), "counted_w", &wide(rows)).await,
        _ => encode(encoder, url, &N::create("counted_n"), "counted_n", &narrow(rows)).await,
    }
}

async fn encode<R>(encoder: &str, url: &str, create: &str, table: &str, rows: &[R])
where
    R: Encode + Check + IngestTable + RowOf<R> + Sync,
{
    match encoder {
        "ours" => {}
        "checked" => return assert!(encode_checked(rows)),
        _ => return encode_by_hand(rows),
    }
    let mut client = connect(url).await;
    client.batch_execute(&format!("DROP TABLE IF EXISTS {table}; {create}")).await.unwrap();
    let ingest = ingest::<R>(&mut client).into_table("public", table);
    ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
    client.batch_execute(&format!("DROP TABLE {table}")).await.unwrap();
}

#[cfg(feature = "peers")]
async fn batches<R: Batches + Rows + IngestTable + RowOf<R>>(
    encoder: &str,
    url: &str,
    table: &str,
    rows: &[R],
) {
    let batches = R::batches(rows);
    if encoder == "pgpq" {
        return encode_by_pgpq(&batches);
    }
    let mut client = connect(url).await;
    let create = R::create(table);
    client.batch_execute(&format!("DROP TABLE IF EXISTS {table}; {create}")).await.unwrap();
    ingest_batches::<R>(&mut client, table, &batches).await;
    client.batch_execute(&format!("DROP TABLE {table}")).await.unwrap();
}

/// Rows to chunks, one after the other in the same buffer.
#[inline(never)]
fn encode_by_hand<R: Encode>(rows: &[R]) {
    let mut buffer = Vec::with_capacity(CHUNK + 4096);
    for row in rows {
        row.encode(&mut buffer);
        if buffer.len() >= CHUNK {
            black_box(&mut buffer).clear();
        }
    }
    black_box(buffer);
}

/// The same, each row looked at before it is encoded.
#[inline(never)]
fn encode_checked<R: Encode + Check>(rows: &[R]) -> bool {
    let mut buffer = Vec::with_capacity(CHUNK + 4096);
    for row in rows {
        if !row.is_held() {
            return false;
        }
        row.encode(&mut buffer);
        if buffer.len() >= CHUNK {
            black_box(&mut buffer).clear();
        }
    }
    black_box(buffer);
    true
}
