//! Small batches: what is around the rows.

use crate::contender::{connect, copy_encoded, encoded};
use crate::data::{KeyedN, N, narrow};
use crate::measure::median;
use crate::round_trips::RoundTrips;
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use pg_bulk_ingest::{Batch, IngestTable, RowOf, ingest};
use std::time::Instant;
use tokio_postgres::Client;

pub(crate) async fn run(url: &str, settings: &Settings) {
    let batches = if settings.smoke { 5 } else { 200 };
    println!("small batches of N, each with its high watermark: {batches} in one ingest");
    println!(
        "{:>6} {:16} {:>10} {:>12} {:>8} {:>12}",
        "rows", "", "bare ms", "ours ms", "ratio", "round trips"
    );
    let (mut times, mut trips) = (Vec::new(), Vec::new());
    for rows in [1, 10, 100] {
        let plain = narrow(rows);
        let keyed: Vec<KeyedN> = plain.iter().map(N::keyed).collect();
        for (time, each) in [
            measure(url, settings, "appended", batches, &plain, &plain).await,
            measure(url, settings, "merged", batches, &plain, &keyed).await,
        ] {
            times.push(time);
            trips.push(each);
        }
    }
    let idle = nothing_to_do(url).await;
    println!("an ingest with nothing to do: {idle} round trips\n");
    let most = |of: Vec<f64>| of.into_iter().fold(f64::NAN, f64::max);
    let what = "batches of 1 to 100 rows, to bare transactions with a COPY";
    settings.target(what, AtMost(3.0), most(times));
    settings.target("batches of 1 to 100 rows: round trips", AtMost(6.0), most(trips));
    settings.target("an ingest with nothing to do: round trips", AtMost(4.0), idle);
}

/// Batches of some rows beside bare transactions: the ratio of their times, and round trips.
async fn measure<R>(
    url: &str,
    settings: &Settings,
    name: &str,
    batches: i64,
    plain: &[N],
    rows: &[R],
) -> (f64, f64)
where
    R: IngestTable + RowOf<R> + Sync,
{
    let chunks = encoded(plain);
    let bare = connect(url).await;
    let (mut client, trips) = RoundTrips::connect(url).await;
    let (mut of_bare, mut of_ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..settings.rounds {
        bare.batch_execute(&format!("DROP TABLE IF EXISTS n; {}", N::create("n"))).await.unwrap();
        let start = Instant::now();
        for _ in 0..batches {
            bare.batch_execute("BEGIN").await.unwrap();
            copy_encoded(&bare, "n", &chunks).await;
            bare.batch_execute("COMMIT").await.unwrap();
        }
        let of_one = start.elapsed().as_secs_f64();
        bare.batch_execute("DROP TABLE n").await.unwrap();
        // The table is there when it is measured.
        many(&mut client, 1, rows).await;
        let start = Instant::now();
        many(&mut client, batches, rows).await;
        let ours = start.elapsed().as_secs_f64();
        of_bare.push(of_one);
        of_ours.push(ours);
        ratios.push(ours / of_one);
    }
    trips.take();
    many(&mut client, 1, rows).await;
    let of_one = trips.take();
    many(&mut client, 11, rows).await;
    let of_eleven = trips.take();
    #[expect(clippy::cast_precision_loss, reason = "these are few")]
    let (each, batches) = ((of_eleven - of_one) as f64 / 10.0, batches as f64);
    let time = median(ratios.into_iter());
    println!(
        "{:>6} {name:16} {:>10.3} {:>12.3} {:>8.2} {each:>12.1}",
        rows.len(),
        median(of_bare.into_iter()) * 1e3 / batches,
        median(of_ours.into_iter()) * 1e3 / batches,
        time,
    );
    bare.batch_execute("DROP TABLE n").await.unwrap();
    (time, each)
}

/// The round trips of an ingest of a table that is as it should be, and of no batch.
async fn nothing_to_do(url: &str) -> f64 {
    let (mut client, trips) = RoundTrips::connect(url).await;
    many::<KeyedN>(&mut client, 0, &[]).await;
    trips.take();
    many::<KeyedN>(&mut client, 0, &[]).await;
    let idle = trips.take();
    client.batch_execute("DROP TABLE n").await.unwrap();
    f64::from(u32::try_from(idle).unwrap_or(u32::MAX))
}

/// This many batches, all of the same rows, whatever the watermark was before.
async fn many<R: IngestTable + RowOf<R> + Sync>(client: &mut Client, batches: i64, rows: &[R]) {
    let batch = |number: i64| Batch::new(rows).high_watermark(number);
    let ingest = ingest::<R>(client);
    ingest.batches(|_: Option<i64>| (0..batches).map(batch)).await.unwrap();
}
