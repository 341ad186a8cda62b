//! Counters, and a key of the server's. Rows are merged on an address (`merge_on`), while the primary key is an
//! identity, which other tables refer to; visits are added up (`on_update`), also those of one batch.
//!
//! `cargo run --example counters` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{Batch, Filled, IngestTable, ingest};

#[derive(IngestTable)]
#[ingest(table = "example_pages", merge_on(url))]
struct Page {
    #[ingest(primary_key, identity)]
    id: Filled<i64>,
    #[ingest(unique)]
    url: &'static str,
    #[ingest(on_update = "old.visits + new.visits")]
    visits: i64,
    #[ingest(on_update = "least(old.first_day, new.first_day)")]
    first_day: i32,
}

/// What the source counted of an hour.
fn visits(url: &'static str, visits: i64, day: i32) -> Page {
    Page { id: Filled, url, visits, first_day: day }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_pages";
    let (_server, mut client) = scratch::server::start(cleanup).await?;

    let hours = [
        vec![visits("/", 5, 12), visits("/cart", 1, 12)],
        vec![visits("/", 2, 12), visits("/", 3, 11), visits("/about", 1, 13)],
    ];
    // Without a high watermark an hour that is loaded again would count again.
    let report = ingest::<Page>(&mut client)
        .batches(|after: Option<usize>| {
            let hours = hours
                .into_iter()
                .zip(1..)
                .filter(move |(_, n)| after.is_none_or(|after| *n > after));
            hours.map(|(rows, n)| Batch::new(rows).high_watermark(n))
        })
        .await?;
    println!("{report}\n");

    scratch::table::print(&client, "SELECT * FROM example_pages ORDER BY id").await?;
    Ok(())
}
