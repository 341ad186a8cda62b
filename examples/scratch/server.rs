//! The server that an example fills.

use super::client::connect;
use local_postgres::LocalPostgres;
use tokio_postgres::Client;

/// Returns a throw-away server, or that of `DATABASE_URL`, and a connection to it. The statements remove
/// what an earlier run left in a database of yours.
pub(crate) async fn start(cleanup: &str) -> anyhow::Result<(LocalPostgres, Client)> {
    let server = LocalPostgres::start()?;
    let client = connect(&server.default_url()).await?;
    client.batch_execute(&format!("SET client_min_messages = warning; {cleanup}")).await?;
    Ok((server, client))
}
