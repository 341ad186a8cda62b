//! Connections over a network that takes its time.

use crate::contender;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex, split};
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep_until};
use tokio_postgres::{Client, Config, NoTls};

/// A connection whose round trips take so much longer.
pub(crate) async fn connect(url: &str, round_trip: Duration) -> Client {
    if round_trip.is_zero() {
        return contender::connect(url).await;
    }
    let config = url.parse::<Config>().unwrap();
    let host = match config.get_hosts() {
        [tokio_postgres::config::Host::Tcp(host)] => host.as_str(),
        hosts => panic!("{hosts:?}"),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let server = TcpStream::connect((host, port)).await.unwrap();
    server.set_nodelay(true).unwrap();
    let (near, far) = duplex(1 << 20);
    let (from_server, to_server) = server.into_split();
    let (from_client, to_client) = split(far);
    tokio::spawn(relay(from_client, to_server, round_trip / 2));
    tokio::spawn(relay(from_server, to_client, round_trip / 2));
    let (client, connection) = config.connect_raw(near, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Hands on what comes, each piece so much later.
async fn relay(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, delay: Duration) {
    let (sender, mut receiver) = unbounded_channel();
    let read = async move {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            if sender.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
    };
    let write = async move {
        while let Some((at, piece)) = receiver.recv().await {
            sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
    };
    tokio::join!(read, write);
}
