//! Small batches: what is around the rows.

use crate::contender::{connect, copy_encoded, encoded};
use crate::data::{KeyedN, N, create_narrow, narrow};
use crate::measure::{Settings, median};
use pg_bulk_ingest::{Batch, IngestTable, RowOf, ingest};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::{Client, Config, NoTls};

pub(crate) async fn run(url: &str, settings: &Settings) {
    let batches = if settings.smoke { 5 } else { 200 };
    println!("small batches of N, each with its high watermark: {batches} in one ingest");
    println!(
        "{:>6} {:16} {:>10} {:>12} {:>8} {:>12}",
        "rows", "", "bare ms", "ours ms", "ratio", "round trips"
    );
    for rows in [1, 10, 100] {
        let plain = narrow(rows);
        let keyed: Vec<KeyedN> = plain.iter().map(N::keyed).collect();
        measure(url, settings, "appended", batches, &plain, &plain).await;
        measure(url, settings, "merged", batches, &plain, &keyed).await;
    }
    println!();
}

async fn measure<R>(
    url: &str,
    settings: &Settings,
    name: &str,
    batches: i64,
    plain: &[N],
    rows: &[R],
) where
    R: IngestTable + RowOf<R> + Sync,
{
    let chunks = encoded(plain);
    let trips = Trips::default();
    let (bare, mut client) = (connect(url).await, trips.connect(url).await);
    let (mut of_bare, mut of_ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..settings.rounds {
        bare.batch_execute(&format!("DROP TABLE IF EXISTS n; {}", create_narrow("n")))
            .await
            .unwrap();
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
    let before = trips.count();
    many(&mut client, 1, rows).await;
    let of_one = trips.count() - before;
    many(&mut client, 11, rows).await;
    let of_eleven = trips.count() - before - of_one;
    #[expect(clippy::cast_precision_loss, reason = "these are few")]
    let (each, batches) = ((of_eleven - of_one) as f64 / 10.0, batches as f64);
    println!(
        "{:>6} {name:16} {:>10.3} {:>12.3} {:>8.2} {each:>12.1}",
        rows.len(),
        median(of_bare.into_iter()) * 1e3 / batches,
        median(of_ours.into_iter()) * 1e3 / batches,
        median(ratios.into_iter()),
    );
    bare.batch_execute("DROP TABLE n").await.unwrap();
}

/// This many batches, all of the same rows, whatever the watermark was before.
async fn many<R: IngestTable + RowOf<R> + Sync>(client: &mut Client, batches: i64, rows: &[R]) {
    let batch = |number: i64| Batch::new(rows).high_watermark(number);
    let ingest = ingest::<R>(client);
    ingest.batches(|_: Option<i64>| (0..batches).map(batch)).await.unwrap();
}

/// How often something was sent after something was received.
#[derive(Clone, Default)]
struct Trips {
    count: Arc<AtomicU64>,
    received: Arc<AtomicBool>,
}

impl Trips {
    fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    async fn connect(&self, url: &str) -> Client {
        let config: Config = url.parse().unwrap();
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let stream = Counted { stream, trips: self.clone() };
        let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

/// A connection whose round trips are counted.
struct Counted {
    stream: TcpStream,
    trips: Trips,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.trips.received.store(true, Ordering::SeqCst);
        }
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if self.trips.received.swap(false, Ordering::SeqCst) {
            self.trips.count.fetch_add(1, Ordering::SeqCst);
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
