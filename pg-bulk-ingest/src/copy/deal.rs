//! Rows of a batch over several connections at once.
//!
//! A chunk goes to the connection that takes one first. Each connection has a `COPY` of its own in
//! progress; which rows went into it is kept, so that an error is reported at its row. Where the
//! order of arrival counts, and rows are not numbered, each chunk is a `COPY` of its own.

use super::active::Active;
use super::chunk::Chunk;
use super::order::{self, Order};
use super::{BEGIN, Copy, Lane, Route, Rows, STRETCH, WRITE, failed, lost};
use crate::deadline::in_time;
use crate::error::{Error, ErrorKind};
use crate::merge::Sent;
use futures_util::future::{poll_fn, try_join_all};
use std::task::Poll;
use tokio_postgres::{Client, Statement, Transaction};

/// The bytes that are held back before further connections are asked for: a batch that is smaller
/// does not pay for them.
const HELD: usize = 1024 * 1024;

/// Where chunks of rows are dealt to.
#[derive(Debug, Default)]
pub(super) struct Dealing {
    /// Chunks that are held back until it is known whether they are dealt.
    held: Vec<Chunk>,
    held_bytes: usize,
    /// The further connections, once there are any.
    lanes: Vec<Lane>,
    /// The connection to which the last chunk went; the batch's own is the last.
    last: usize,
    /// The order in which rows arrived, if it counts and they are not numbered.
    order: Option<Order>,
}

impl Copy {
    /// Holds chunks back from now on, until [`spread`](Self::spread) says where they go. With fields
    /// of a key, whose equal values have to be equal bytes, the order of arrival is [kept](Sent).
    pub(crate) fn hold(&mut self, key: Option<Vec<usize>>) {
        if let (Some(_), Some(rows)) = (&key, self.tables.first_mut()) {
            rows.chunk = order::CHUNK;
        }
        self.dealing = Some(Dealing { order: key.map(Order::new), ..Dealing::default() });
    }

    /// Whether enough is held back for further connections to be worth it.
    pub(crate) fn overflows(&self) -> bool {
        self.dealing.as_ref().is_some_and(|d| d.lanes.is_empty() && d.held_bytes >= HELD)
    }

    /// Deals chunks to these connections too; with none, to the batch's own alone. With a route,
    /// the latter goes there now.
    pub(crate) async fn spread(
        &mut self,
        lanes: Vec<Lane>,
        route: Option<Route>,
        transaction: &Transaction<'_>,
    ) -> Result<(), Error> {
        if let (Some(route), Some(rows)) = (route, self.tables.first_mut()) {
            rows.route = route;
            rows.prepared = None;
        }
        let Some(dealing) = self.dealing.as_mut() else { return Ok(()) };
        let held = std::mem::take(&mut dealing.held);
        let alone = lanes.is_empty();
        self.has_begun |= !alone;
        dealing.lanes = lanes;
        if alone {
            self.dealing = None;
        }
        for chunk in held {
            if alone {
                self.send_alone(0, chunk, transaction).await?;
            } else {
                self.deal(chunk, transaction).await?;
            }
        }
        Ok(())
    }

    /// Whether rows went over further connections.
    pub(crate) fn is_dealt(&self) -> bool {
        self.dealing.as_ref().is_some_and(|dealing| !dealing.lanes.is_empty())
    }

    /// Whether the order of arrival is kept by which `COPY` rows went into.
    pub(super) fn is_ordered(&self) -> bool {
        self.dealing.as_ref().is_some_and(|dealing| dealing.order.is_some())
    }

    /// Whether rows that are held back have to go over one connection: only there the order is known in
    /// which they and keys arrived.
    pub(crate) fn has_to_go_alone(&self) -> bool {
        self.has_keys() && self.is_ordered() && !self.is_dealt()
    }

    /// The rows that were not sent, as later ones replace them.
    pub(crate) fn replaced(&self) -> u64 {
        let order = self.dealing.as_ref().and_then(|dealing| dealing.order.as_ref());
        order.map_or(0, |order| order.replaced)
    }

    /// The order in which rows arrived that went over several connections, once they are committed:
    /// `None` if nothing needs it. The batch's own transaction has this id.
    pub(crate) fn sent(&self, transaction: u64) -> Option<Vec<Sent>> {
        let dealing = self.dealing.as_ref().filter(|dealing| !dealing.lanes.is_empty())?;
        let order = dealing.order.as_ref()?;
        let transactions = dealing.lanes.iter().map(|lane| lane.transaction).chain([transaction]);
        Some(order.sent(&transactions.collect::<Vec<_>>()))
    }

    /// The further connections, when the rows are sent.
    pub(crate) fn take_lanes(&mut self) -> Vec<Lane> {
        self.dealing.as_mut().map(|dealing| std::mem::take(&mut dealing.lanes)).unwrap_or_default()
    }

    /// Sends a chunk over the connection that takes one first, or holds it back.
    pub(super) async fn deal(
        &mut self,
        mut chunk: Chunk,
        transaction: &Transaction<'_>,
    ) -> Result<(), Error> {
        let Self { tables, active, dealing, pool, .. } = self;
        let Some(dealing) = dealing else {
            return Err(Error::new(ErrorKind::Poisoned, WRITE));
        };
        if dealing.lanes.is_empty() {
            dealing.held_bytes += chunk.data.len();
            dealing.held.push(chunk);
            return Ok(());
        }
        let Dealing { lanes, last, order, .. } = dealing;
        if let Some(order) = order {
            order.keep_latest(&mut chunk);
        }
        let lane = ready(lanes, active, *last, tables).await?;
        *last = lane;
        let further = lanes.get_mut(lane);
        let active = match further {
            Some(lane) => {
                if lane.active.is_none() {
                    // After its commit, rows that come now would be lost.
                    let Some(prepared) = &lane.prepared else {
                        return Err(Error::new(ErrorKind::Poisoned, WRITE));
                    };
                    lane.active = Some(begin(lane.client(), prepared, tables).await?);
                }
                &mut lane.active
            }
            None => {
                if active.is_none() {
                    let prepared = tables[0].prepare(transaction).await?;
                    *active = Some(begin(transaction.client(), &prepared, tables).await?);
                }
                active
            }
        };
        let Some(running) = active else {
            return Err(Error::new(ErrorKind::Poisoned, WRITE));
        };
        if let Some(order) = order {
            order.push(lane, &chunk);
        }
        let mut fed = running.feed(chunk, pool).await;
        if fed.is_ok() && (order.is_some() || running.bytes >= STRETCH) {
            fed = running.end().await;
        }
        match fed {
            Ok(()) => Ok(()),
            Err(error) => Err(lost(active.take(), error, tables).await),
        }
    }

    /// Ends every `COPY`, and makes what went over further connections visible to the batch's own
    /// transaction.
    pub(super) async fn finish_dealing(
        &mut self,
        transaction: &Transaction<'_>,
    ) -> Result<(), Error> {
        if !self.is_dealt() {
            self.spread(Vec::new(), None, transaction).await?;
            return self.end().await;
        }
        let Self { tables, active, dealing, .. } = self;
        let Some(dealing) = dealing else { return Ok(()) };
        let all = || dealing.lanes.iter_mut().map(|lane| &mut lane.active).chain([active]);
        let endings = all().map(|active| {
            let tables = &*tables;
            async move {
                let Some(mut running) = active.take() else { return Ok(()) };
                if let Err(error) = running.end().await {
                    return Err(lost(Some(running), error, tables).await);
                }
                running.finish().await.map_err(|error| failed(Some(running), error, tables))
            }
        });
        try_join_all(endings).await?;
        let commits = dealing.lanes.iter_mut().map(Lane::commit);
        let committed = try_join_all(commits).await;
        committed
            .map(|_| ())
            .map_err(|error| Error::server(error, WRITE).in_table(&tables[0].table))
    }
}

/// The connection that takes a chunk first: the one of this number among the further ones, or else
/// the batch's own. They are asked in turn, after the one to which the last chunk went.
async fn ready(
    lanes: &mut [Lane],
    own: &mut Option<Active>,
    last: usize,
    tables: &[Rows],
) -> Result<usize, Error> {
    let count = lanes.len() + 1;
    let ready = poll_fn(|cx| {
        for lane in (last + 1..=last + count).map(|next| next % count) {
            let active = lanes.get_mut(lane).map_or(&mut *own, |lane| &mut lane.active);
            let Some(running) = active else { return Poll::Ready(Ok(lane)) };
            match running.poll_ready(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(true)) => return Poll::Ready(Ok(lane)),
                Poll::Ready(Ok(false)) => {
                    *active = None;
                    return Poll::Ready(Ok(lane));
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err((active.take(), error))),
            }
        }
        Poll::Pending
    });
    let ready = in_time(ready).await;
    match ready.map_err(|timeout| Error::server(timeout, WRITE).in_table(&tables[0].table))? {
        Ok(lane) => Ok(lane),
        Err((active, error)) if error.as_db_error().is_some() => {
            Err(failed(active, error.into(), tables))
        }
        Err((active, error)) => Err(lost(active, error.into(), tables).await),
    }
}

/// Begins a `COPY` on a connection.
async fn begin(client: &Client, prepared: &Statement, tables: &[Rows]) -> Result<Active, Error> {
    let active = Active::begin(client, prepared, 0).await;
    active.map_err(|error| Error::server(error, BEGIN).in_table(&tables[0].table))
}
