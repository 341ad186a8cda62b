//! The high watermark that is stored, without an ingest.

use super::begin_after;
use super::core::Settings;
use crate::catalog::comment;
use crate::deadline::{Deadline, answer, within};
use crate::error::Error;
use crate::ident::QualifiedName;
use crate::options::HighWatermark;
use crate::watermark;
use serde::de::DeserializeOwned;
use tokio_postgres::Client;

const READ: &str = "cannot read the high watermark";

/// Reads the high watermark of a table; there is none where there is no such table. Nothing is
/// created or changed, and no table is locked.
pub(crate) async fn stored<W: DeserializeOwned>(
    client: &mut Client,
    table: QualifiedName,
    settings: &Settings,
) -> Result<Option<W>, Error> {
    let json = json(client, &table, settings).await;
    let read = json.and_then(|json| begin_after(HighWatermark::Latest, json.as_deref()));
    read.map_err(|error| error.in_table(&table))
}

async fn json(
    client: &mut Client,
    table: &QualifiedName,
    settings: &Settings,
) -> Result<Option<String>, Error> {
    let deadline = settings.timeout.map(|timeout| Deadline::new(timeout, client)).transpose()?;
    let sql = comment::of_name(table);
    let read = async {
        let messages = answer(client.simple_query(&sql)).await;
        messages.map_err(|error| Error::server(error, READ))
    };
    let read = within(deadline, (), read).await;
    let messages = read.map_err(|error| settings.show(error))?;
    let comment = comment::read(&messages);
    let stored = watermark::stored(comment.as_deref());
    let stored = stored.map_err(|unreadable| unreadable.error(comment.as_deref(), READ))?;
    Ok(stored.map(str::to_owned))
}
