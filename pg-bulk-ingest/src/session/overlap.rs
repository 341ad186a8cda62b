//! The first look at the server and the tables, and whether another ingest of the same source is in a
//! batch.

use super::core::Settings;
use super::refusal::{START, unreadable};
use super::start::read;
use super::supported::check_supported;
use crate::catalog::{self, Inspected, Server, waits};
use crate::conn;
use crate::definition::EnumType;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, Attempts, Waiting, acquire};
use crate::ident::QualifiedName;
use crate::lock::{Claim, Lock};
use crate::options::{Overlap, Watermarks};
use futures_util::future::join;
use tokio_postgres::{Client, SimpleQueryMessage};

/// Looks at the server and the tables, once no other ingest of the same source is in a batch, or at once
/// if that does not matter.
pub(super) async fn inspect(
    client: &mut Client,
    names: &[QualifiedName],
    enums: &[&EnumType],
    settings: &Settings,
) -> Result<Inspected, Error> {
    let claim = Claim {
        names,
        is_shared: true,
        source: (settings.watermarks != Watermarks::Comment).then_some(&*settings.source),
    };
    let key = claim.key_of_overlap().filter(|_| settings.begins_after_stored);
    loop {
        let messages = look(client, names, enums, key).await?;
        let holders = waits::read(&messages);
        if holders.is_empty() {
            return read(&messages);
        }
        let holders = holders.into_iter().map(|holder| holder.description).collect();
        if settings.overlap != Overlap::Wait {
            let error = Error::new(ErrorKind::Overlap { holders }, START);
            return Err(names.iter().take(1).fold(error, Error::in_table));
        }
        let Some(server) = Server::read(&messages) else { return Err(unreadable(START)) };
        wait(client, &claim, settings, &server).await?;
    }
}

/// Waits until no ingest of the same source is in a batch.
async fn wait(
    client: &mut Client,
    claim: &Claim<'_>,
    settings: &Settings,
    server: &Server,
) -> Result<(), Error> {
    let transaction = conn::begin(client).await;
    let transaction = transaction.map_err(Error::while_doing(START))?;
    let lock = Lock::of_overlap(claim);
    let waiting = Waiting::new(&settings.locks, server);
    acquire(&transaction, &lock, "", None, waiting, START).await?;
    conn::roll_back(transaction).await.map_err(Error::while_doing(START))
}

/// Looks at the server and the tables, in one round trip. Nothing is done before it that
/// would end, or change, a transaction that the client is in.
async fn look(
    client: &Client,
    names: &[QualifiedName],
    enums: &[&EnumType],
    key: Option<i64>,
) -> Result<Vec<SimpleQueryMessage>, Error> {
    let (mut attempts, mut reads) = (Attempts::new(), 0);
    let inspected = loop {
        let sql = catalog::inspect_outside(names, enums, attempts.length(), key);
        let (version, inspected) =
            join(execute::probe(client, START), conn::attempt(client, &sql)).await;
        check_supported(version?)?;
        match inspected.map_err(Error::while_doing(START)) {
            Ok(inspected) => break inspected,
            Err(error) if reads < execute::READS && execute::met_a_change(&error) => reads += 1,
            Err(error) => attempts.failed(client, names, error, START).await?,
        }
    };
    let Some(server) = Server::read(&inspected) else { return Err(unreadable(START)) };
    if server.in_transaction {
        return Err(Error::new(ErrorKind::InTransaction, START));
    }
    Ok(inspected)
}
