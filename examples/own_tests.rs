//! Tests of a load of your own: against a real server, with a database for each test, by calling the function
//! that the program calls. What is looked at is what a user would see, through a connection of its own.
//!
//! `cargo test --example own_tests` runs them; `cargo run --example own_tests` does what they do once.

mod scratch {
    pub(crate) mod client;
}

use local_postgres::LocalPostgres;
use pg_bulk_ingest::{Error, IngestTable, Report, ingest};
use scratch::client::connect;
use tokio_postgres::Client;

#[derive(Clone, IngestTable)]
#[ingest(table = "stock")]
struct Stock {
    #[ingest(primary_key)]
    product: i32,
    #[ingest(sql_type = "varchar(8)")]
    place: &'static str,
}

/// What the program does, with what it needs as arguments: the client, and the rows in the place of a file.
async fn load(client: &mut Client, rows: &[Stock]) -> Result<Report<i32>, Error> {
    ingest::<Stock>(client).rows(|_: Option<i32>| rows, |stock| stock.product).ordered().await
}

/// What a user would see.
async fn places(url: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = connect(url).await?.query("SELECT place FROM stock ORDER BY product", &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Running twice is as running once.
async fn twice_is_once(server: &LocalPostgres) -> anyhow::Result<()> {
    server.create_database("twice", None)?;
    let url = server.url("twice");
    let mut client = connect(&url).await?;
    let rows = [Stock { product: 1, place: "A1" }, Stock { product: 2, place: "B2" }];
    load(&mut client, &rows).await?;
    let again = load(&mut client, &[]).await?;
    assert_eq!((again.batches, again.high_watermark), (0, Some(2)));
    assert_eq!(places(&url).await?, ["A1", "B2"]);
    Ok(())
}

/// A row that does not fit leaves the table as it was.
async fn a_bad_row_changes_nothing(server: &LocalPostgres) -> anyhow::Result<()> {
    server.create_database("bad_row", None)?;
    let url = server.url("bad_row");
    let mut client = connect(&url).await?;
    load(&mut client, &[Stock { product: 1, place: "A1" }]).await?;
    let bad = [Stock { product: 2, place: "B2" }, Stock { product: 3, place: "far too long" }];
    let error = load(&mut client, &bad).await.expect_err("a place is too long");
    assert_eq!((error.row(), error.column()), (Some(2), Some("place")));
    assert_eq!(places(&url).await?, ["A1"]);
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = LocalPostgres::builder().ignore_database_url().start()?;
    twice_is_once(&server).await?;
    a_bad_row_changes_nothing(&server).await?;
    println!("running twice is as running once; a bad row changes nothing");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::LocalPostgres;

    #[tokio::test]
    async fn twice_is_once() -> anyhow::Result<()> {
        super::twice_is_once(&LocalPostgres::builder().ignore_database_url().start()?).await
    }

    #[tokio::test]
    async fn a_bad_row_changes_nothing() -> anyhow::Result<()> {
        super::a_bad_row_changes_nothing(&LocalPostgres::builder().ignore_database_url().start()?)
            .await
    }
}
