//! TLS (by rustls), to a server with a certificate that was made for it. After a timeout the server is asked over
//! TLS to give up, too.
//!
//! `cargo run --example tls` starts a throw-away server, which takes no connection without TLS.

use local_postgres::LocalPostgres;
use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, ingest};
use rustls::{ClientConfig, RootCertStore};
use std::time::Duration;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

#[derive(IngestTable)]
#[ingest(table = "example_measures")]
struct Measure {
    #[ingest(primary_key)]
    id: i32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let server = LocalPostgres::builder()
        .ignore_database_url()
        .setting("ssl", "on")
        .file("server.crt", made.cert.pem())
        .file("server.key", made.signing_key.serialize_pem())
        .file("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust\n")
        .start()?;

    // Yours are those of the authority that signed the server's certificate: of a file,
    // `CertificateDer::pem_file_iter("root.crt")`; of the system, the crate rustls-native-certs.
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let tls = MakeRustlsConnect::new(config);

    let mut url: tokio_postgres::Config = server.default_url().parse()?;
    url.ssl_mode(SslMode::Require);
    let (mut client, connection) = url.connect(tls.clone()).await?;
    tokio::spawn(connection);

    let measures = (1..=3).map(|id| Measure { id });
    let report = ingest::<Measure>(&mut client)
        .timeout(Duration::from_secs(600))
        .cancel_with(tls)
        .batches(|_: Option<NoWatermark>| Batch::new(measures))
        .await?;
    println!("{} rows", report.rows);

    let sql = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let version: String = client.query_one(sql, &[]).await?.get(0);
    println!("by {version}");
    Ok(())
}
