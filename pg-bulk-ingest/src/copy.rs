//! The rows of a batch on their way to the server.
//!
//! Rows are encoded into a buffer for each table. When a buffer is full it becomes a chunk of a
//! binary `COPY`; one `COPY` is in progress at a time, and when the chunk is of another table it is
//! ended and another begun. However rows of different tables are mixed, what is buffered stays
//! within a bound, and a `COPY` is begun for a worthwhile number of bytes.

mod active;
mod apart;
mod chunk;
mod deal;
mod deletes;
mod divided;
mod encoded;
mod lane;
mod latest;
mod order;
mod place;

pub(crate) use apart::{Apart, Encoding, Refused};
pub(crate) use deletes::KeyRoute;
pub(crate) use divided::Needed;
pub(crate) use encoded::{Encoded, Page};
pub(crate) use lane::Lane;

use crate::conn;
use crate::encode::{RowEncoder, TargetType, ValueError};
use crate::error::{Error, ErrorKind, Failure};
use crate::ident::QualifiedName;
use crate::partition::Scan;
use crate::table::RowOf;
use active::Active;
use chunk::{Chunk, Pool};
use deal::Dealing;
use deletes::Keys;
use futures_util::future::join;
use place::place;
use tokio_postgres::{Statement, Transaction};

/// The bytes of a chunk: from 8 KiB on it makes no difference in time.
const CHUNK: usize = 64 * 1024;

/// The bytes buffered for all tables, when the `COPY` changes to the table with the most.
const BUDGET: usize = 4 * 1024 * 1024;

/// The bytes after which a `COPY` is ended and another begun, so that an error in its rows is
/// noticed: the server's answer is only read at the end.
const STRETCH: u64 = 16 * 1024 * 1024;

/// The rows of one table.
#[derive(Debug)]
struct Rows {
    /// Where they go, for errors.
    table: QualifiedName,
    /// The live columns' types, in the order of the definition.
    targets: Vec<TargetType>,
    /// How many fields a row has; the last of them its number, if it is numbered.
    fields: i16,
    numbered: bool,
    route: Route,
    /// The statement of the `COPY`, once it was needed.
    prepared: Option<Statement>,
    /// Of keys, the positions of their columns in the table.
    columns: Vec<usize>,
    buffer: Vec<u8>,
    /// Which partitions they are for, if any are made.
    scan: Option<Scan>,
    /// The bytes of a chunk.
    chunk: usize,
    /// Rows encoded, and of these the ones that are not in the buffer any more.
    received: u64,
    sent: u64,
}

/// How rows reach the server.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// The `COPY`.
    pub(crate) copy: String,
    /// Creates the temporary table that it is into, unless it is straight into the table. Rows of
    /// a temporary table are numbered.
    pub(crate) create: Option<String>,
}

/// The rows of a batch.
///
/// Dropping it while a `COPY` is in progress makes the `COPY` fail.
pub(crate) struct Copy {
    /// Those of the tables, and after them the keys of those for which any came.
    tables: Vec<Rows>,
    keys: Vec<Keys>,
    active: Option<Active>,
    /// How chunks are dealt to several connections, if they may be.
    dealing: Option<Dealing>,
    pool: Pool,
    bytes: u64,
    /// Whether a `COPY` was begun.
    has_begun: bool,
}

const WRITE: &str = "cannot write a row";
const BEGIN: &str = "cannot begin to copy";

impl Rows {
    fn new(table: QualifiedName, targets: Vec<TargetType>, fields: i16, route: Route) -> Self {
        Self {
            table,
            fields,
            numbered: route.create.is_some(),
            targets,
            route,
            prepared: None,
            columns: Vec::new(),
            buffer: Vec::new(),
            scan: None,
            chunk: CHUNK,
            received: 0,
            sent: 0,
        }
    }

    /// The statement of the `COPY`; the temporary table that it is into is created before it.
    async fn prepare(&mut self, transaction: &Transaction<'_>) -> Result<Statement, Error> {
        if let Some(prepared) = &self.prepared {
            return Ok(prepared.clone());
        }
        let prepared = prepare(&self.route, transaction).await;
        let failed = |error| Error::server(error, BEGIN).in_table(&self.table);
        Ok(self.prepared.insert(prepared.map_err(failed)?).clone())
    }
}

impl Copy {
    pub(crate) fn new() -> Self {
        Self {
            tables: Vec::new(),
            keys: Vec::new(),
            active: None,
            dealing: None,
            pool: Pool::default(),
            bytes: 0,
            has_begun: false,
        }
    }

    /// Adds the next table, into which rows of so many columns are sent. `targets` are the types of all.
    pub(crate) fn add(
        &mut self,
        table: QualifiedName,
        targets: Vec<TargetType>,
        sent: usize,
        route: Route,
    ) {
        let fields = field_count(sent + usize::from(route.create.is_some()));
        self.tables.push(Rows::new(table, targets, fields, route));
    }

    /// The rows received for a table.
    pub(crate) fn received(&self, table: usize) -> u64 {
        self.tables.get(table).map_or(0, |rows| rows.received)
    }

    /// The bytes encoded.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes encoded, with those that are still buffered.
    pub(crate) fn encoded(&self) -> u64 {
        self.bytes + self.buffered() as u64
    }

    /// Encodes a row. A row that fails leaves nothing behind. Returns whether it is time to send.
    #[inline]
    pub(crate) fn encode<S: ?Sized, R: RowOf<S>>(&mut self, row: &R) -> Result<bool, Failed> {
        if row.is_delete() {
            return self.encode_key(row);
        }
        let table = row.table();
        let rows = &mut self.tables[table];
        let start = rows.buffer.len();
        let mut encoder = RowEncoder::begin(&mut rows.buffer, &rows.targets, rows.fields);
        row.encode_row(&mut encoder);
        if rows.numbered {
            encoder.number(rows.received + 1);
        }
        if let Err(error) = encoder.finish() {
            rows.buffer.truncate(start);
            return Err(Failed { table, row: Some(rows.received + 1), error });
        }
        rows.received += 1;
        Ok(rows.buffer.len() >= rows.chunk && (self.is_next(table) || self.is_over_budget()))
    }

    fn is_over_budget(&self) -> bool {
        self.buffered() >= BUDGET
    }

    /// The bytes buffered for all tables.
    fn buffered(&self) -> usize {
        self.tables.iter().map(|rows| rows.buffer.len()).sum()
    }

    /// Whether a chunk of this table does not have to wait for others.
    fn is_next(&self, table: usize) -> bool {
        self.tables.len() == 1 || self.active.as_ref().is_some_and(|active| active.table == table)
    }

    /// The table whose buffer is to be sent next: that of the `COPY` in progress if it fills a
    /// chunk, otherwise the one with the most.
    fn next(&self) -> Option<usize> {
        let active = self.active.as_ref().map(|active| active.table);
        active
            .filter(|table| self.tables[*table].buffer.len() >= CHUNK)
            .or_else(|| (0..self.tables.len()).max_by_key(|table| self.tables[*table].buffer.len()))
    }

    /// Prepares the `COPY` into the first table, before there are rows for it.
    pub(crate) async fn prepare(&mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        match self.tables.first_mut() {
            Some(rows) => rows.prepare(transaction).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// So many rows came into the first table, or its temporary table, by another way.
    pub(crate) fn count_rows(&mut self, count: u64) {
        if let Some(rows) = self.tables.first_mut() {
            rows.received += count;
            rows.sent += count;
        }
    }

    /// Whether the temporary table for the rows of a table was created.
    pub(crate) fn is_created(&self, table: usize) -> bool {
        self.tables.get(table).is_some_and(|rows| rows.prepared.is_some())
    }

    /// The encoded rows of the only table, if none was sent and nothing is prepared for them.
    pub(crate) fn held(&self) -> Option<&[u8]> {
        let [rows] = self.tables.as_slice() else { return None };
        let is_idle = self.active.is_none() && self.dealing.is_none() && rows.prepared.is_none();
        let is_held = is_idle && rows.sent == 0 && !rows.buffer.is_empty();
        is_held.then_some(&rows.buffer)
    }

    /// The rows that were held are where they are to go.
    pub(crate) fn let_go(&mut self) {
        for rows in &mut self.tables {
            self.bytes += rows.buffer.len() as u64;
            rows.buffer.clear();
            rows.sent = rows.received;
        }
    }

    /// Sends the next chunk.
    pub(crate) async fn send(&mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let Some(table) = self.next() else {
            return Ok(());
        };
        let rows = &mut self.tables[table];
        let next = self.pool.take(rows.buffer.capacity());
        let data = std::mem::replace(&mut rows.buffer, next);
        let chunk = Chunk::new(data, rows.sent, rows.received - rows.sent);
        rows.sent = rows.received;
        rows.chunk = CHUNK;
        self.bytes += chunk.data.len() as u64;
        if self.dealing.is_none() {
            return self.send_alone(table, chunk, transaction).await;
        }
        if table == 0 {
            return self.deal(chunk, transaction).await;
        }
        // What is dealt to this connection next are rows.
        self.send_alone(table, chunk, transaction).await?;
        self.end().await
    }

    /// Sends a chunk over the batch's own connection.
    async fn send_alone(
        &mut self,
        table: usize,
        chunk: Chunk,
        transaction: &Transaction<'_>,
    ) -> Result<(), Error> {
        self.activate(table, transaction).await?;
        let Some(active) = self.active.as_mut() else {
            return Err(Error::new(ErrorKind::Poisoned, WRITE));
        };
        if let Err(error) = active.feed(chunk, &self.pool).await {
            let active = self.active.take();
            return Err(lost(active, error, &self.tables).await);
        }
        if active.bytes >= STRETCH { self.end().await } else { Ok(()) }
    }

    /// Sends all that is buffered and ends the `COPY` in progress.
    pub(crate) async fn finish(&mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        while self.buffered() > 0 {
            self.send(transaction).await?;
        }
        match self.dealing {
            Some(_) => self.finish_dealing(transaction).await,
            None => self.end().await,
        }
    }

    /// Makes the `COPY` in progress one into this table.
    async fn activate(&mut self, table: usize, transaction: &Transaction<'_>) -> Result<(), Error> {
        if self.active.as_ref().is_some_and(|active| active.table == table) {
            return Ok(());
        }
        self.end().await?;
        self.has_begun = true;
        let rows = &mut self.tables[table];
        let prepared = rows.prepare(transaction).await?;
        let failed = |error| Error::server(error, BEGIN).in_table(&rows.table);
        let active = Active::begin(transaction.client(), &prepared, table).await;
        self.active = Some(active.map_err(failed)?);
        Ok(())
    }

    /// Ends the `COPY` in progress.
    async fn end(&mut self) -> Result<(), Error> {
        let Some(mut active) = self.active.take() else {
            return Ok(());
        };
        let ended = match active.end().await {
            Ok(()) => active.finish().await,
            Err(error) => Err(error),
        };
        ended.map_err(|error| failed(Some(active), error, &self.tables))
    }
}

/// The error behind a chunk that could not be sent: the server's own, if it says one.
async fn lost(active: Option<Active>, failure: Failure, tables: &[Rows]) -> Error {
    let Some(mut active) = active else {
        return Error::server(failure, WRITE);
    };
    if matches!(failure, Failure::Timeout(..)) {
        return failed(Some(active), failure, tables);
    }
    match active.finish().await {
        Err(last) if last.db_error().is_some() => failed(Some(active), last, tables),
        _ => failed(Some(active), failure, tables),
    }
}

/// The error of a `COPY` in progress, at its row and column.
fn failed(active: Option<Active>, failure: Failure, tables: &[Rows]) -> Error {
    let Some(active) = active else {
        return Error::server(failure, WRITE);
    };
    let (line, column) = failure.db_error().map(place).unwrap_or_default();
    let mut error = Error::server(failure, WRITE).in_table(&tables[active.table].table);
    let is_of_rows = tables[active.table].columns.is_empty();
    if let Some(line) = line.filter(|_| is_of_rows) {
        error = error.in_row(active.row(line));
    }
    if let Some(column) = column {
        error = error.in_column(column);
    }
    error
}

/// Prepares a `COPY`, and before it creates the temporary table that it is into, in one round trip.
async fn prepare(route: &Route, transaction: &Transaction<'_>) -> Result<Statement, Failure> {
    tracing::debug!(sql = route.copy, "copy");
    let Some(create) = &route.create else {
        return conn::prepare(transaction, &route.copy).await;
    };
    let (created, prepared) =
        join(conn::execute(transaction, create), conn::prepare(transaction, &route.copy)).await;
    created?;
    prepared
}

/// A row, or a key to delete, that could not be encoded.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) table: usize,
    /// Its number among the rows of its table in the batch, from 1; `None` of a key to delete.
    pub(crate) row: Option<u64>,
    pub(crate) error: ValueError,
}

/// The number of fields as a row carries it. A table has up to 1,600 columns.
#[inline]
fn field_count(fields: usize) -> i16 {
    i16::try_from(fields).unwrap_or(i16::MAX)
}
