//! Counts the round trips of a connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::{Client, Config, NoTls};

/// How often a client turned from what the server answered to what it says next.
///
/// What it has to say at once is written at once on a runtime of one thread, before anything can be
/// answered: there the count does not depend on time.
#[derive(Debug, Clone, Default)]
pub struct RoundTrips(Arc<Turns>);

#[derive(Debug, Default)]
struct Turns {
    writing: AtomicBool,
    count: AtomicUsize,
}

impl RoundTrips {
    /// A new connection, and the count of its round trips from now on.
    pub async fn connect(url: &str) -> (Client, Self) {
        let config = url.parse::<Config>().unwrap();
        let host = match config.get_hosts() {
            [tokio_postgres::config::Host::Tcp(host)] => host.as_str(),
            hosts => panic!("{hosts:?}"),
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let stream = TcpStream::connect((host, port)).await.unwrap();
        // As the driver's own connections are.
        stream.set_nodelay(true).unwrap();
        let counted = Self::default();
        let stream = Counted { stream, turns: Arc::clone(&counted.0) };
        let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
        tokio::spawn(connection);
        counted.take();
        (client, counted)
    }

    /// The round trips since it was asked last.
    #[allow(clippy::must_use_candidate, reason = "it sets the count back")]
    pub fn take(&self) -> usize {
        self.0.count.swap(0, Ordering::Relaxed)
    }
}

/// A stream whose turns are counted.
struct Counted {
    stream: TcpStream,
    turns: Arc<Turns>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.turns.writing.store(false, Ordering::Relaxed);
        }
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        if polled.is_ready() && !self.turns.writing.swap(true, Ordering::Relaxed) {
            self.turns.count.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
