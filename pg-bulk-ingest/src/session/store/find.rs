//! Finds the high watermark of a session: where it is going to be stored, or where it was before.

use super::{Place, READ, Store};
use crate::catalog::{self, Server};
use crate::conn;
use crate::error::{Error, ErrorKind};
use crate::ident::QualifiedName;
use crate::options::Watermarks;
use crate::report::{Kept, KeptKind};
use crate::session::own::{self, Needs, Own};
use crate::session::refusal::{START, unreadable};
use crate::statement::Statement;
use crate::watermark::row::{self, COLUMNS, Orphan, Row, Slot};
use crate::watermark::{self, Unreadable};
use tokio_postgres::Client;

/// The table that is ingested into, as it is found.
#[derive(Clone, Copy)]
pub(in crate::session) struct Ingested<'a> {
    pub(in crate::session) name: &'a QualifiedName,
    pub(in crate::session) exists: bool,
    pub(in crate::session) comment: Option<&'a str>,
}

/// What a comment says of high watermarks.
struct Said {
    watermark: Option<String>,
    elsewhere: Option<QualifiedName>,
}

impl Said {
    fn read(comment: Option<&str>) -> Result<Self, Unreadable> {
        let watermark = watermark::stored(comment)?.map(str::to_owned);
        Ok(Self { watermark, elsewhere: watermark::elsewhere(comment)? })
    }
}

impl Store {
    /// Finds the high watermark of a source of a table with this comment. With it comes whether the
    /// comment could not be read, and would have had to be.
    pub(in crate::session) async fn find(
        client: &Client,
        server: Option<&Server>,
        ingested: Ingested<'_>,
        (kept_in, source): (&Watermarks, &str),
    ) -> Result<(Self, bool), Error> {
        let said = Said::read(ingested.comment);
        match kept_in {
            Watermarks::Comment => {
                if !source.is_empty() {
                    let reason = format!(
                        "the comment on the table holds one high watermark, and not one for source \
                         {source:?}: keep them in a table, by `.watermarks(Watermarks::table(...))`"
                    );
                    return Err(Error::new(ErrorKind::Unsupported { reason }, START));
                }
                let Ok(said) = said else { return Ok((Self::default(), true)) };
                Ok((Self::in_comment(client, ingested.name, said).await?, false))
            }
            Watermarks::Table(table) => {
                let slot = Slot {
                    table: table.clone(),
                    ingested: ingested.name.clone(),
                    source: source.to_owned(),
                };
                let (mut store, is_unreadable) = Self::in_row(client, server, slot, said).await?;
                if let Some(watermark) = store.watermark.take_if(|_| !ingested.exists) {
                    tracing::warn!(
                        table = %ingested.name,
                        source,
                        watermark,
                        "the table is gone that the high watermark is of: it counts as none"
                    );
                }
                Ok((store, is_unreadable))
            }
        }
    }

    /// Finds the high watermarks, in the table in which this one is going to be, of tables that do not
    /// exist.
    pub(in crate::session) async fn orphans(&self, client: &Client) -> Result<Vec<Kept>, Error> {
        let Place::Row { slot, creation, .. } = &self.place else { return Ok(Vec::new()) };
        if !creation.is_empty() {
            return Ok(Vec::new());
        }
        let messages = conn::query(client, &row::select_orphans(&slot.table)).await;
        let messages = messages.map_err(Error::while_doing(READ))?;
        let orphans = row::read_orphans(&messages).ok_or_else(|| unreadable(READ))?;
        let kept = |Orphan { ingested, source, high_watermark }| Kept {
            difference: format!(
                "the table does not exist, and {} has a high watermark of it, {high_watermark}, of \
                 source {source:?}",
                slot.table
            ),
            table: ingested,
            kind: KeptKind::HighWatermark,
            name: source,
        };
        Ok(orphans.into_iter().map(kept).collect())
    }

    async fn in_comment(
        client: &Client,
        ingested: &QualifiedName,
        said: Said,
    ) -> Result<Self, Error> {
        let Some(table) = said.elsewhere.filter(|_| said.watermark.is_none()) else {
            return Ok(Self { watermark: said.watermark, ..Self::default() });
        };
        let slot = Slot { table, ingested: ingested.clone(), source: String::new() };
        check_exists(client, &slot.table).await?;
        let rows = read(client, &slot.select_all()).await?;
        let others =
            rows.iter().filter(|row| !row.source.is_empty() && row.high_watermark.is_some());
        let others = others.map(|row| format!("{:?}", row.source)).collect::<Vec<_>>();
        if !others.is_empty() {
            let reason = format!(
                "{} has high watermarks of source {}, and the comment on the table holds one alone: \
                 keep them there, by `.watermarks(Watermarks::table(...))`",
                slot.table,
                others.join(", ")
            );
            return Err(Error::new(ErrorKind::Unsupported { reason }, START));
        }
        let row = rows.into_iter().find(|row| row.source.is_empty());
        let (watermark, moves_from) = match row {
            Some(row) => (row.high_watermark, Some((slot, Some(row.batch)))),
            None => (None, None),
        };
        Ok(Self { watermark, place: Place::Comment, moves_from, written: None })
    }

    async fn in_row(
        client: &Client,
        server: Option<&Server>,
        slot: Slot,
        said: Result<Said, Unreadable>,
    ) -> Result<(Self, bool), Error> {
        let creation = match server {
            Some(server) => look(client, server, &slot.table).await?,
            None if exists(client, &slot.table).await? => Vec::new(),
            None => row::create(&slot.table, false),
        };
        let elsewhere = said.as_ref().ok().and_then(|said| said.elsewhere.as_ref());
        let is_here = elsewhere == Some(&slot.table);
        let own = match creation.is_empty() {
            true => read(client, &slot.select()).await?.pop(),
            false if is_here => return Err(gone(&slot.table)),
            false => None,
        };
        let seen = own.as_ref().map(|row| row.batch);
        let watermark = own.and_then(|row| row.high_watermark);
        let is_unreadable = said.is_err() && watermark.is_none();
        // A comment that cannot be read is left as it is.
        let is_left = said.is_err();
        let said = said.unwrap_or(Said { watermark: None, elsewhere: None });
        let (is_named, in_comment) = (is_left || is_here, said.watermark);
        // In the table that the comment names, if that is another one; or else in the comment.
        let before = said.elsewhere.filter(|_| !is_here);
        let (before, moves_from) = match before {
            None => (None, None),
            // It was renamed to this one, with all its rows.
            Some(table) if watermark.is_some() && !exists(client, &table).await? => (None, None),
            Some(table) => {
                let before = Slot { table, ..slot.clone() };
                check_exists(client, &before.table).await?;
                let row = read(client, &before.select()).await?.pop();
                let batch = row.as_ref().map(|row| row.batch);
                (row.and_then(|row| row.high_watermark), Some((before, batch)))
            }
        };
        let mut watermark = watermark.or(before);
        if watermark.is_none() && slot.source.is_empty() {
            watermark = in_comment.clone();
        } else if watermark.is_none() && in_comment.is_some() {
            tracing::warn!(
                table = %slot.ingested,
                source = slot.source,
                "the high watermark in the comment on the table is of no named source, and stays there"
            );
        }
        let place = Place::Row { slot, seen, creation, is_named, in_comment };
        Ok((Self { watermark, place, moves_from, written: None }, is_unreadable))
    }
}

fn gone(table: &QualifiedName) -> Error {
    let reason = "it does not exist, and the comment on the ingested table says that the high watermarks \
                  are there: restore it, or, to begin anew, remove \"high-watermarks-in\" from the comment"
        .to_owned();
    Error::new(ErrorKind::WatermarkTable { table: table.clone(), reason }, READ)
}

/// Looks at the table of high watermarks. Returns what creates it, if it is not there.
async fn look(
    client: &Client,
    server: &Server,
    table: &QualifiedName,
) -> Result<Vec<Statement>, Error> {
    let needs = Needs {
        columns: &COLUMNS,
        privileges: &["SELECT", "INSERT", "UPDATE"],
        purpose: "for the high watermarks",
        action: READ,
    };
    match own::look(client, server, table, needs).await? {
        Own::Usable => Ok(Vec::new()),
        Own::Missing { schema_missing } => Ok(row::create(table, schema_missing)),
        Own::Differs(differs) => {
            let reason = format!("it is another kind of table: {}", differs.join("; "));
            Err(Error::new(ErrorKind::WatermarkTable { table: table.clone(), reason }, READ))
        }
    }
}

/// Whether a table is there. It may be asked for within a transaction.
pub(in crate::session) async fn exists(
    client: &Client,
    table: &QualifiedName,
) -> Result<bool, Error> {
    let messages = conn::query(client, &catalog::own::exists(table)).await;
    Ok(catalog::own::read_exists(&messages.map_err(Error::while_doing(READ))?))
}

async fn check_exists(client: &Client, table: &QualifiedName) -> Result<(), Error> {
    if exists(client, table).await? { Ok(()) } else { Err(gone(table)) }
}

/// Reads rows. It may be done within a transaction.
async fn read(client: &Client, select: &str) -> Result<Vec<Row>, Error> {
    let messages = conn::query(client, select).await.map_err(Error::while_doing(READ))?;
    row::read(&messages).ok_or_else(|| unreadable(READ))
}
