//! Loading an empty table without a key.

use crate::contender::{
    Write, connect, copy_encoded, copy_halves_hand_written, copy_hand_written, copy_written,
    encoded,
};
use crate::data::{N, W};
use crate::figure::count;
use crate::measure::{Rounds, cost};
use crate::peers::{ARROW, PACKAGE, PGPQ, Peers, Python};
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::{AtLeast, AtMost};
use pg_bulk_ingest::{Batch, IngestTable, RowOf, ingest};
use std::convert::Infallible;
use tokio_postgres::Client;

const REFERENCE: &str = "encoded beforehand";
const WRITER: &str = "tokio-postgres BinaryCopyInWriter";
const OURS: &str = "pg-bulk-ingest";
const ON_TWO: &str = "pg-bulk-ingest, 2 connections, no table before";

/// What the Python package takes, as a ratio to what we do, and what the client's processor time is
/// to be, as one to `BinaryCopyInWriter`'s.
struct Goals {
    package: f64,
    cpu: f64,
}

pub(crate) async fn run(url: &str, settings: &Settings) {
    measure::<W>(url, settings, &Goals { package: 6.0, cpu: 0.35 }).await;
    measure::<N>(url, settings, &Goals { package: 12.0, cpu: 0.15 }).await;
}

async fn measure<R>(url: &str, settings: &Settings, goals: &Goals)
where
    R: Rows + Write + Peers + IngestTable + RowOf<R>,
{
    let (mut client, second) = (connect(url).await, connect(url).await);
    let (table, create) = (R::NAME, R::create(R::NAME));
    let unlogged = create.replace("CREATE TABLE", "CREATE UNLOGGED TABLE");
    let rows = &R::make(settings.rows)[..];
    let chunks = encoded(rows);
    let (first_half, second_half) = rows.split_at(rows.len() / 2);
    let halves = [encoded(first_half), encoded(second_half)];
    client.batch_execute(&format!("DROP TABLE IF EXISTS {table}; {create}")).await.unwrap();
    copy_encoded(&client, table, &chunks).await;
    // All load the same rows. On much data that is not looked at: it takes long.
    let expected = if settings.smoke { Some(digest(&client, table).await) } else { None };
    let python = Python::start(url, table);
    let mut peers = R::crates(rows, url).await;
    peers.extend(python.iter().flat_map(Python::peers));

    let mut rounds = Rounds::default();
    for round in 0..settings.rounds {
        fresh(&client, table, &create, expected).await;
        rounds.add(REFERENCE, cost(copy_encoded(&client, table, &chunks)).await);

        fresh(&client, table, &create, expected).await;
        let on_two = async {
            let [one, other] = &halves;
            tokio::join!(copy_encoded(&client, table, one), copy_encoded(&second, table, other));
        };
        rounds.add("encoded beforehand, 2 connections", cost(on_two).await);

        fresh(&client, table, &unlogged, expected).await;
        let into_unlogged = cost(copy_encoded(&client, table, &chunks)).await;
        rounds.add("encoded beforehand, into an UNLOGGED table", into_unlogged);

        fresh(&client, table, &create, expected).await;
        let by_hand = cost(copy_hand_written(&client, table, rows)).await;
        rounds.add("encoded by hand on the way", by_hand);

        fresh(&client, table, &create, expected).await;
        let by_hand =
            cost(async { copy_halves_hand_written([&client, &second], table, rows) }).await;
        rounds.add("encoded by hand on the way, 2 connections", by_hand);

        fresh(&client, table, &create, expected).await;
        rounds.add(WRITER, cost(copy_written(&client, table, rows)).await);

        fresh(&client, table, &create, expected).await;
        let ours = async {
            let ingest = ingest::<R>(&mut client);
            ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
        };
        rounds.add(OURS, cost(ours).await);

        fresh(&client, table, "", expected).await;
        let connect = || async { Ok::<_, Infallible>(connect(url).await) };
        let ours = async {
            let ingest = ingest::<R>(&mut client).connections(2, connect);
            ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
        };
        rounds.add(ON_TWO, cost(ours).await);

        fresh(&client, table, "", expected).await;
        let ours = async {
            let ingest = ingest::<R>(&mut client).connections(2, connect);
            ingest.batches(|_| [Batch::parts([first_half, second_half])]).await.unwrap();
        };
        rounds.add("pg-bulk-ingest, the same, rows in 2 parts", cost(ours).await);

        for peer in peers.iter_mut().filter(|peer| round < peer.rounds(settings)) {
            fresh(&client, table, if peer.makes_table() { "" } else { &create }, expected).await;
            rounds.add(peer.name(), peer.load().await);
        }
    }
    let name = R::LETTER;
    rounds.print(settings, &format!("{name}: {} rows into an empty table", count(rows.len())));
    fresh(&client, table, "", expected).await;

    let target = |what: &str, bound, measured| {
        settings.target(format!("load of {name}{what}"), bound, measured);
    };
    target(", to rows encoded beforehand", AtMost(1.03), rounds.wall(OURS, REFERENCE));
    target(" on 2 connections, to the same", AtMost(0.72), rounds.wall(ON_TWO, REFERENCE));
    target(": client CPU to BinaryCopyInWriter's", AtMost(goals.cpu), rounds.cpu(OURS, WRITER));
    target(": the Python package to us", AtLeast(goals.package), rounds.wall(PACKAGE, OURS));
    if cfg!(feature = "peers") {
        target(" of Arrow: time to pgpq's", AtMost(1.0), rounds.wall(ARROW, PGPQ));
        target(" of Arrow: client CPU to pgpq's", AtMost(1.0), rounds.cpu(ARROW, PGPQ));
    }
}

/// An empty table, and nothing left to write of the contender before, which is held to its rows.
async fn fresh(client: &Client, table: &str, create: &str, expected: Option<i64>) {
    if expected.is_some() {
        assert_eq!(Some(digest(client, table).await), expected, "other rows were loaded");
    }
    client.batch_execute(&format!("DROP TABLE IF EXISTS {table}; {create}")).await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
}

async fn digest(client: &Client, table: &str) -> i64 {
    let sql = format!("SELECT coalesce(sum(hashtext({table}::text)), 0) FROM {table}");
    client.query_one(&sql, &[]).await.unwrap().get(0)
}
