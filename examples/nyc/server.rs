//! The server that the examples fill.

use local_postgres::LocalPostgres;
use std::error::Error;
use tokio_postgres::{Client, NoTls};

/// A connection to the database of `DATABASE_URL`, otherwise to a throw-away server, which goes
/// when it is dropped.
pub(crate) async fn connect() -> Result<(LocalPostgres, Client), Box<dyn Error>> {
    let server = LocalPostgres::start()?;
    let url = match std::env::var("DATABASE_URL") {
        Ok(url) => url,
        Err(_) => {
            println!("no DATABASE_URL: into a throw-away server, whose data goes with it\n");
            server.url("postgres")
        }
    };
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    Ok((server, client))
}
