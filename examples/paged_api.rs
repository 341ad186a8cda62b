//! An API that is read page by page, and fails now and then. Each page is a batch; the cursor for the next
//! one is its high watermark. A run that fails is started again, and carries on with the page after the last
//! that was committed.
//!
//! `cargo run --example paged_api` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use futures_util::stream::{self, Stream};
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Iter, ingest};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio_postgres::Client;

/// An item of the API.
#[derive(Clone, IngestTable)]
#[ingest(table = "example_items")]
struct Item {
    #[ingest(primary_key)]
    id: u32,
    name: String,
}

/// What the API returns: up to three items, and where the next page begins, unless it is the last.
struct Page {
    items: Vec<Item>,
    next: Option<u32>,
}

/// The API: 10 items. Each third request fails.
async fn get(cursor: u32) -> io::Result<Page> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    static REQUESTS: AtomicU32 = AtomicU32::new(0);
    if REQUESTS.fetch_add(1, Ordering::Relaxed) % 3 == 2 {
        println!("GET /items?from={cursor}: 503");
        return Err(io::Error::other("503 Service Unavailable"));
    }
    println!("GET /items?from={cursor}: 200");
    let end = (cursor + 3).min(10);
    let items = (cursor..end).map(|id| Item { id, name: format!("item {id}") }).collect();
    Ok(Page { items, next: (end < 10).then_some(end) })
}

/// The pages from a cursor on, each a batch. A page is asked for when the one before it is committed.
fn pages(after: Option<u32>) -> impl Stream<Item = io::Result<Batch<Iter<Vec<Item>>, u32>>> + Send {
    stream::try_unfold(Some(after.unwrap_or(0)), |cursor| async move {
        let Some(cursor) = cursor else { return Ok(None) };
        let Page { items, next } = get(cursor).await?;
        let end = items.last().map_or(cursor, |item| item.id + 1);
        Ok(Some((Batch::new(items).high_watermark(end), next)))
    })
}

/// Runs until it succeeds, or five times. An error of the API is worth another attempt here, and so is what
/// the library says is transient.
async fn run(client: &mut Client) -> anyhow::Result<()> {
    for attempt in 1.. {
        match ingest::<Item>(client).stream(pages).await {
            Ok(report) => {
                println!("attempt {attempt}: {} batches, and all is there", report.batches);
                break;
            }
            Err(error) => {
                let again = error.is_transient() || matches!(error.kind(), ErrorKind::Source);
                if !again || attempt == 5 {
                    return Err(error.into());
                }
                println!("attempt {attempt}: {error:?}");
                tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
            }
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (_server, mut client) =
        scratch::server::start("DROP TABLE IF EXISTS example_items").await?;
    run(&mut client).await?;
    println!();
    scratch::table::print(&client, "SELECT count(*), min(id), max(id) FROM example_items").await?;
    Ok(())
}
