//! A proxy that takes nothing without TLS, as those before many hosted servers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_postgres::Config;

/// What a connection by TLS begins with: the length, and the code of `SSLRequest`.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A proxy before a server, which closes connections that do not begin with `SSLRequest`.
pub(crate) struct Gate {
    port: u16,
    refused: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Gate {
    /// A proxy before the server of these settings.
    pub(crate) async fn new(server: &Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let refused = Arc::new(AtomicUsize::new(0));
        let (count, server) = (Arc::clone(&refused), server.get_ports()[0]);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server, Arc::clone(&count)));
            }
        });
        Self { port, refused, accepting }
    }

    /// The settings, but through the proxy.
    pub(crate) fn before(&self, server: &Config) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).ssl_mode(server.get_ssl_mode());
        config.user(server.get_user().unwrap()).dbname(server.get_dbname().unwrap());
        config
    }

    /// How many connections began without TLS.
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(mut client: TcpStream, server: u16, refused: Arc<AtomicUsize>) {
    let mut begin = [0; SSL_REQUEST.len()];
    if client.read_exact(&mut begin).await.is_err() || begin != SSL_REQUEST {
        refused.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    server.write_all(&begin).await.unwrap();
    let _ = copy_bidirectional(&mut client, &mut server).await;
}
