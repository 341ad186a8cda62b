//! A table that was there before: made by hand, with columns that the server fills, an index, a view and
//! grants of its own. An ingest loads into it and leaves all of that alone; what the ingest itself added
//! goes again when the struct no longer has it. And a table of the ingest's own, whose rows the server
//! numbers: they are merged on another column, and their visits are counted.
//!
//! `cargo run --example people` starts a throw-away server; with `DATABASE_URL` it uses yours.

use pg_bulk_ingest::{Batch, Filled, IngestTable, Upsert, ingest};
use tokio_postgres::{Client, SimpleQueryMessage};

const BY_HAND: &str = "
    DROP TABLE IF EXISTS example_people CASCADE;
    CREATE TABLE example_people (
        email text PRIMARY KEY,
        id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX example_people_by_name ON example_people (lower(name));
    CREATE VIEW example_people_names AS SELECT id, name FROM example_people;
    GRANT SELECT ON example_people_names TO PUBLIC;
    INSERT INTO example_people (email, name) VALUES ('ann@example.com', 'Ann');";

/// What the source knows of a person; the other columns are the table's own affair.
#[derive(IngestTable)]
#[ingest(table = "example_people")]
struct Person<'a> {
    #[ingest(primary_key)]
    email: &'a str,
    name: &'a str,
}

/// A later version of the source also knows the city, and when it first saw the person.
mod later {
    use pg_bulk_ingest::IngestTable;

    #[derive(IngestTable)]
    #[ingest(table = "example_people")]
    pub(super) struct Person<'a> {
        #[ingest(primary_key)]
        pub(super) email: &'a str,
        pub(super) name: &'a str,
        pub(super) city: Option<&'a str>,
        #[ingest(on_update = "keep")]
        pub(super) first_seen: Option<&'a str>,
    }
}

/// Known by their addresses, and numbered by the server. A person who is there keeps the number and the
/// first name that they gave, and their visits add up.
#[derive(IngestTable, Clone)]
#[ingest(table = "example_visitors", merge_on(email))]
struct Visitor<'a> {
    #[ingest(primary_key, identity)]
    id: Filled<i64>,
    #[ingest(unique)]
    email: &'a str,
    #[ingest(on_update = "keep")]
    name: &'a str,
    #[ingest(on_update = "old.visits + new.visits")]
    visits: i64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = local_postgres::LocalPostgres::start()?;
    let (mut client, connection) =
        tokio_postgres::connect(&server.default_url(), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(BY_HAND).await?;

    println!("Only people who are not there yet:");
    let people = || {
        [
            Person { email: "ann@example.com", name: "Somebody else" },
            Person { email: "bob@example.com", name: "Bob" },
        ]
    };
    let report = ingest::<Person>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_: Option<i32>| Batch::new(people()).high_watermark(1))
        .await?;
    println!("{report}");
    report.kept.iter().for_each(|kept| println!("left alone: {kept}"));
    show(&client).await?;

    println!("\nTwo more columns:");
    println!("{}", ingest::<later::Person>(&mut client).plan().await?);
    let seen = |name, city, day| later::Person {
        email: "cid@example.com",
        name,
        city: Some(city),
        first_seen: Some(day),
    };
    let days = [seen("Cid", "Rome", "Monday"), seen("Cid", "Oslo", "Tuesday")];
    ingest::<later::Person>(&mut client)
        .batches(|_: Option<i32>| {
            days.iter().zip(2..).map(|(p, n)| Batch::new([p]).high_watermark(n))
        })
        .await?;
    show(&client).await?;

    println!("\nThe first version of the struct again: what an ingest added goes, the rest stays.");
    let at = ingest::<Person>(&mut client).stored::<i32>().await?;
    println!("loaded up to {at:?}");
    println!("{}", ingest::<Person>(&mut client).migrate().await?);
    show(&client).await?;

    println!("\nVisits are counted, each row of them:");
    client.batch_execute("DROP TABLE IF EXISTS example_visitors").await?;
    let visit = |email, name| Visitor { id: Filled, email, name, visits: 1 };
    let (ann, bob) = (visit("ann@example.com", "Ann"), visit("bob@example.com", "Bob"));
    let days = [vec![ann.clone(), bob, ann], vec![visit("ann@example.com", "Anna")]];
    ingest::<Visitor>(&mut client)
        .batches(|_: Option<i32>| {
            days.iter().zip(1..).map(|(visits, day)| Batch::new(visits).high_watermark(day))
        })
        .await?;
    print(&client, "SELECT to_jsonb(v) FROM example_visitors v ORDER BY id").await
}

/// Prints the table.
async fn show(client: &Client) -> anyhow::Result<()> {
    print(client, "SELECT to_jsonb(p) - 'created_at' FROM example_people p ORDER BY id").await
}

/// Prints what a query returns.
async fn print(client: &Client, sql: &str) -> anyhow::Result<()> {
    for message in client.simple_query(sql).await? {
        if let SimpleQueryMessage::Row(row) = message {
            println!("{}", row.get(0).unwrap_or_default());
        }
    }
    Ok(())
}
