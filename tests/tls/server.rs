//! A server with a certificate of its own, which takes connections by TLS alone.

use crate::with::Connector;
use local_postgres::LocalPostgres;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config};

pub(crate) static CERTIFICATE: LazyLock<CertifiedKey<KeyPair>> =
    LazyLock::new(|| generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap());

static SERVER: LazyLock<LocalPostgres> = LazyLock::new(|| {
    LocalPostgres::builder()
        .ignore_database_url()
        .setting("ssl", "on")
        .file("server.crt", CERTIFICATE.cert.pem())
        .file("server.key", CERTIFICATE.signing_key.serialize_pem())
        .file("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust\n")
        .start()
        .unwrap()
});

/// A database of one test.
pub(crate) struct Database<T> {
    pub(crate) tls: T,
    name: String,
}

impl<T: Connector> Database<T> {
    /// A new database of the server, to which a connector connects.
    pub(crate) async fn new(tls: T) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tls_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = Self { tls, name: "postgres".to_owned() };
        admin.connect().await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        Self { tls: admin.tls, name }
    }

    /// How it is connected to with `sslmode=require`.
    pub(crate) fn config(&self) -> Config {
        let mut config: Config = SERVER.url(&self.name).parse().unwrap();
        config.ssl_mode(SslMode::Require);
        config
    }

    pub(crate) async fn connect(&self) -> Client {
        connect(&self.config(), self.tls.clone()).await
    }
}

pub(crate) async fn connect(config: &Config, tls: impl Connector) -> Client {
    let (client, connection) = config.connect(tls).await.unwrap();
    tokio::spawn(connection);
    client
}
