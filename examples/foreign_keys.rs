//! Several tables in one transaction, with a foreign key between them. An order may come before its customer:
//! the rows of a batch are sorted out before they are written, tables that are referred to first.
//!
//! `cargo run --example foreign_keys` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{Batch, IngestTable, IngestTables, ingest};

#[derive(IngestTable)]
#[ingest(table = "example_customer")]
struct Customer {
    #[ingest(primary_key)]
    id: i32,
    name: &'static str,
}

#[derive(IngestTable)]
#[ingest(table = "example_order")]
struct Order {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(index)]
    customer: i32,
}

/// A row of either.
#[derive(IngestTables)]
enum Shop {
    Customer(Customer),
    Order(Order),
}

/// Foreign keys are no part of a struct: they are made once, and stay.
const FOREIGN_KEY: &str = "ALTER TABLE example_order
    ADD FOREIGN KEY (customer) REFERENCES example_customer";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_order, example_customer";
    let (_server, mut client) = scratch::server::start(cleanup).await?;

    // Creates the tables.
    ingest::<Shop>(&mut client).migrate().await?;
    client.batch_execute(FOREIGN_KEY).await?;

    let report = ingest::<Shop>(&mut client)
        .batches(|_: Option<i32>| {
            let rows = [
                Shop::Order(Order { id: 10, customer: 1 }),
                Shop::Customer(Customer { id: 1, name: "Ann" }),
                Shop::Order(Order { id: 11, customer: 1 }),
            ];
            Batch::new(rows).high_watermark(1)
        })
        .await?;
    println!("{report}\n");

    let orphan = ingest::<Shop>(&mut client).batches(|_: Option<i32>| {
        let rows = [
            Shop::Customer(Customer { id: 2, name: "Bob" }),
            Shop::Order(Order { id: 12, customer: 3 }),
        ];
        Batch::new(rows).high_watermark(2)
    });
    println!("{}\n", orphan.await.expect_err("there is no customer 3"));

    // Nothing of the second batch is there, in neither table.
    let sql =
        "SELECT o.id, c.name FROM example_order o JOIN example_customer c ON c.id = o.customer
        ORDER BY o.id";
    scratch::table::print(&client, sql).await?;
    scratch::table::print(&client, "SELECT * FROM example_customer").await?;
    Ok(())
}
