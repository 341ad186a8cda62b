//! Loading an empty table without a key.

use crate::contender::{Write, connect, copy_encoded, copy_hand_written, copy_written, encoded};
use crate::data::{create_narrow, create_wide, narrow, wide};
use crate::hand_written::Encode;
use crate::measure::{Rounds, Settings, cost};
use pg_bulk_ingest::{Batch, IngestTable, RowOf, ingest};
use std::convert::Infallible;
use tokio_postgres::Client;

const CONTENDERS: [&str; 5] = [
    "encoded beforehand, one connection",
    "encoded by hand on the way",
    "tokio-postgres BinaryCopyInWriter",
    "pg-bulk-ingest",
    "pg-bulk-ingest, 2 connections, no table",
];

pub(crate) async fn run(url: &str, settings: &Settings) {
    let rows = wide(settings.rows);
    measure(url, settings, "W", &create_wide("w"), &rows).await;
    drop(rows);
    let rows = narrow(settings.rows * 5);
    measure(url, settings, "N", &create_narrow("n"), &rows).await;
}

async fn measure<R>(url: &str, settings: &Settings, name: &str, create: &str, rows: &[R])
where
    R: Encode + Write + IngestTable + RowOf<R> + Sync,
{
    let mut client = connect(url).await;
    let table = name.to_lowercase();
    let chunks = encoded(rows);
    let mut rounds = Rounds::new(&CONTENDERS);
    for _ in 0..settings.rounds {
        for (contender, _) in CONTENDERS.iter().enumerate() {
            fresh(&client, &table, if contender == 4 { "" } else { create }).await;
            let cost = match contender {
                0 => cost(copy_encoded(&client, &table, &chunks)).await,
                1 => cost(copy_hand_written(&client, &table, rows)).await,
                2 => cost(copy_written(&client, &table, rows)).await,
                3 => {
                    cost(async {
                        let ingest = ingest::<R>(&mut client);
                        ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
                    })
                    .await
                }
                _ => {
                    let connect = || async { Ok::<_, Infallible>(connect(url).await) };
                    cost(async {
                        let ingest = ingest::<R>(&mut client).connections(2, connect);
                        ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
                    })
                    .await
                }
            };
            rounds.add(contender, cost);
        }
    }
    rounds.print(settings, &format!("{name}: {} rows into an empty table", rows.len()));
    client.batch_execute(&format!("DROP TABLE {table}")).await.unwrap();
}

/// An empty table, and nothing left to write of the round before.
async fn fresh(client: &Client, table: &str, create: &str) {
    client.batch_execute(&format!("DROP TABLE IF EXISTS {table}")).await.unwrap();
    client.batch_execute(create).await.unwrap();
    client.batch_execute("CHECKPOINT").await.unwrap();
}
