//! Connectors of the TLS libraries, which trust the server's certificate and no other.

use crate::server::CERTIFICATE;
use tokio_postgres::Socket;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

/// A connector of a TLS library.
pub(crate) trait Connector:
    MakeTlsConnect<
        Socket,
        Stream: Send + 'static,
        TlsConnect: TlsConnect<Socket, Future: Send> + Send,
    > + Clone
    + Send
    + Sync
    + 'static
{
}

impl<T> Connector for T where
    T: MakeTlsConnect<
            Socket,
            Stream: Send + 'static,
            TlsConnect: TlsConnect<Socket, Future: Send> + Send,
        > + Clone
        + Send
        + Sync
        + 'static
{
}

pub(crate) fn rustls() -> tokio_postgres_rustls::MakeRustlsConnect {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CERTIFICATE.cert.der().clone()).unwrap();
    let config = rustls::ClientConfig::builder().with_root_certificates(roots);
    tokio_postgres_rustls::MakeRustlsConnect::new(config.with_no_client_auth())
}

#[cfg(feature = "native-tls")]
pub(crate) fn native_tls() -> postgres_native_tls::MakeTlsConnector {
    let root = native_tls::Certificate::from_pem(CERTIFICATE.cert.pem().as_bytes()).unwrap();
    let connector = native_tls::TlsConnector::builder().add_root_certificate(root).build().unwrap();
    postgres_native_tls::MakeTlsConnector::new(connector)
}
