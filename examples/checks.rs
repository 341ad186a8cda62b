//! A check of each batch before anybody sees it, and a line in a log of loads: both in the batch's own
//! transaction. A batch that does not pass is rolled back, with its line.
//!
//! `cargo run --example checks` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use futures_util::FutureExt;
use pg_bulk_ingest::{Batch, BeforeVisible, BoxError, Error, IngestTable, ingest};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(table = "example_balances")]
struct Balance {
    #[ingest(primary_key)]
    account: i32,
    cents: i64,
}

/// Looks at the table as it will be. `loaded_as` is the table that has the new rows now: another one than
/// `name` where a new table is going to replace the live one.
async fn check(before: BeforeVisible<'_, &'static str>) -> Result<(), BoxError> {
    let table = &before.tables[0].loaded_as;
    let sql = format!("SELECT coalesce(sum(cents), 0)::bigint FROM {table}");
    let sum: i64 = before.transaction.query_one(&sql, &[]).await?.get(0);
    if sum != 0 {
        return Err(format!("the balances add up to {sum}, and should to 0").into());
    }
    let sql = "INSERT INTO example_loads (file) VALUES ($1)";
    before.transaction.execute(sql, &[&before.metadata]).await?;
    Ok(())
}

async fn load(
    client: &mut Client,
    file: &'static str,
    rows: [(i32, i64); 2],
) -> Result<u64, Error> {
    let rows = rows.map(|(account, cents)| Balance { account, cents });
    let report = ingest::<Balance>(client)
        .on_before_visible(|before| check(before).boxed())
        .batches(|_: Option<String>| {
            Batch::new(rows).high_watermark(file.to_owned()).metadata(file)
        })
        .await?;
    Ok(report.rows)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_balances, example_loads";
    let (_server, mut client) = scratch::server::start(cleanup).await?;
    client.batch_execute("CREATE TABLE example_loads (file text PRIMARY KEY)").await?;

    println!("monday: {} rows", load(&mut client, "monday", [(1, 500), (2, -500)]).await?);
    let error =
        load(&mut client, "tuesday", [(1, 700), (2, -600)]).await.expect_err("100 too many");
    println!("{error:?}\n");

    scratch::table::print(&client, "SELECT * FROM example_balances ORDER BY account").await?;
    scratch::table::print(&client, "SELECT * FROM example_loads").await?;
    Ok(())
}
