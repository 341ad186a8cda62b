//! Connections.

use tokio_postgres::{Client, NoTls};

/// Opens a connection, and drives it on a task of its own.
pub(crate) async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
