//! Rows that an inserter collects.

use super::super::source::Source;
use super::{BARE, ITEMS, Item, Scenario, batches, item_rows, with_timeout};
use futures_util::FutureExt;
use futures_util::future::try_join;
use pg_bulk_ingest::{BoxFuture, Error, Linger};
use std::time::Duration;
use tests::ingest;
use tokio_postgres::Client;

pub(in super::super) const WRITTEN: &[Scenario] = &[Scenario {
    name: "an inserter",
    before: BARE,
    batches: 2,
    migrates_before: false,
    is_visible_by_batch: true,
    visible: ITEMS,
    run: write,
}];

/// Writes the rows of each batch of a source, and its number with the last.
fn write(client: &mut Client, source: Source) -> BoxFuture<'_, Result<(), Error>> {
    async move {
        let after = with_timeout(ingest::<Item>(client), &source).stored().await?;
        // Each batch has four rows.
        let linger = Linger { rows: 4, period: Duration::MAX, ..Linger::default() };
        let (items, inserter) = with_timeout(ingest::<Item>(client), &source).inserter(linger);
        let rows = async move {
            for batch in batches(after, &source) {
                for (place, row) in (1..).zip(item_rows(batch)) {
                    let row = source.pass(row);
                    let durable = match place {
                        4 => items.write_after(row, batch).await?,
                        _ => items.write(row).await?,
                    };
                    if place == 4 {
                        durable.await?;
                    }
                }
            }
            Ok(())
        };
        // An error of the rows drops the run, so that what came before it is not written.
        try_join(inserter.run(), rows).await.map(|_| ())
    }
    .boxed()
}
