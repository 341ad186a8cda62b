//! The server that the examples fill.

use local_postgres::LocalPostgres;
use tokio_postgres::{Client, NoTls};

/// A connection to the database of `DATABASE_URL`, otherwise to a throw-away server, which goes
/// when it is dropped.
pub(crate) async fn connect() -> anyhow::Result<(LocalPostgres, Client)> {
    let server = LocalPostgres::start()?;
    if server.is_ours() {
        println!("no DATABASE_URL: into a throw-away server, whose data goes with it\n");
    }
    let (client, connection) = tokio_postgres::connect(&server.default_url(), NoTls).await?;
    tokio::spawn(connection);
    Ok((server, client))
}
