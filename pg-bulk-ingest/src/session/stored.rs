//! The high watermark that is stored, without an ingest.

use super::core::{Core, Settings};
use super::examine;
use super::store::{self, Ingested, Store};
use crate::batch::NoWatermark;
use crate::catalog::comment;
use crate::conn;
use crate::deadline::within;
use crate::error::{Error, ErrorKind};
use crate::ident::QualifiedName;
use crate::options::{HighWatermark, Watermarks};
use crate::watermark::{self, Unreadable};
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

/// Whether an ingest begins after the stored high watermark.
pub(super) fn is_read<W>(setting: &HighWatermark) -> bool {
    matches!(setting, HighWatermark::Latest) && !NoWatermark::is::<W>()
}

/// Checks that the comment with the high watermark can be read, where it has to be: for a high
/// watermark to begin after, or to clear it.
pub(super) fn check_readable(core: &Core) -> Result<(), Error> {
    let is_written = !examine::keeps_rows(&core.settings) && core.store.is_comment();
    if !core.settings.begins_after_stored && !is_written {
        return Ok(());
    }
    core.check_readable("cannot read the high watermark")
}

/// The high watermark after which the ingest begins.
pub(super) fn begin_after<W: DeserializeOwned>(
    setting: HighWatermark,
    stored: Option<&str>,
) -> Result<Option<W>, Error> {
    let action = "cannot read the high watermark";
    let is_stored = matches!(setting, HighWatermark::Latest);
    let json = match setting {
        HighWatermark::Earliest => None,
        HighWatermark::Latest => stored.map(str::to_owned),
        HighWatermark::Value(Ok(json)) => Some(json),
        HighWatermark::Value(Err(error)) => {
            return Err(Error::new(ErrorKind::WatermarkSerialize, action).caused_by(error));
        }
    };
    let Some(json) = json else { return Ok(None) };
    match watermark::read(&json) {
        Ok(watermark) => Ok(Some(watermark)),
        // The Python package stores it for a batch without one.
        Err(_) if is_stored && json == "null" => Ok(None),
        Err(error) if !is_stored => {
            let action = "cannot begin after the high watermark that was given: it is not of the type \
                          that the ingest's are";
            Err(Error::new(ErrorKind::WatermarkSerialize, action).caused_by(error))
        }
        Err(error) => {
            let kind = ErrorKind::Watermark { stored: json, expected: std::any::type_name::<W>() };
            Err(Error::new(kind, action).caused_by(error))
        }
    }
}

async fn json(
    client: &mut Client,
    table: &QualifiedName,
    settings: &Settings,
) -> Result<Option<String>, Error> {
    let deadline = settings.deadline(client)?;
    let read = async {
        let messages = conn::query(client, &comment::of_name(table)).await;
        let messages = messages.map_err(|error| Error::server(error, READ))?;
        let comment = comment::read(&messages);
        let kept = (&settings.watermarks, &*settings.source);
        let exists = match settings.watermarks {
            Watermarks::Comment => true,
            _ => store::exists(client, table).await?,
        };
        let ingested = Ingested { name: table, exists, comment: comment.as_deref() };
        let (store, is_unreadable) = Store::find(client, None, ingested, kept).await?;
        if is_unreadable {
            return Err(Unreadable.error(comment.as_deref(), READ));
        }
        Ok(store.watermark().map(str::to_owned))
    };
    let read = within(deadline, (), read).await;
    read.map_err(|error| settings.show(error))
}
