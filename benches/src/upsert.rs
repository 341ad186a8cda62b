//! Loading a table with a key, and loading the same rows again.

use crate::contender::{connect, copy_encoded, encoded};
use crate::data::{KeyedW, create_wide, wide};
use crate::measure::{Rounds, Settings, cost};
use bytes::Bytes;
use pg_bulk_ingest::{Batch, ingest};
use std::convert::Infallible;
use tokio_postgres::Client;

const CONTENDERS: [&str; 4] = [
    "the Python package's SQL, encoded beforehand",
    "pg-bulk-ingest, no table before",
    "pg-bulk-ingest, an empty table before",
    "pg-bulk-ingest, 2 connections, no table",
];

/// The columns but for the key.
const OTHERS: [&str; 10] = [
    "tenant",
    "name",
    "description",
    "amount",
    "active",
    "created",
    "day",
    "reference",
    "payload",
    "tags",
];

pub(crate) async fn run(url: &str, settings: &Settings) {
    let rows = wide(settings.rows);
    let chunks = encoded(&rows);
    let mut client = connect(url).await;
    let mut first = Rounds::new(&CONTENDERS);
    let mut again = Rounds::new(&CONTENDERS);
    for _ in 0..settings.rounds {
        for contender in 0..CONTENDERS.len() {
            client.batch_execute("DROP TABLE IF EXISTS w").await.unwrap();
            if contender != 1 && contender != 3 {
                client.batch_execute(&create_wide("w")).await.unwrap();
                client.batch_execute("ALTER TABLE w ADD PRIMARY KEY (id)").await.unwrap();
            }
            for rounds in [&mut first, &mut again] {
                client.batch_execute("CHECKPOINT").await.unwrap();
                let cost = match contender {
                    0 => cost(python_way(&client, &chunks)).await,
                    _ => {
                        cost(async {
                            let ingest = ingest::<KeyedW<'_>>(&mut client);
                            let connect = || async { Ok::<_, Infallible>(connect(url).await) };
                            let connections = if contender == 3 { 2 } else { 1 };
                            let ingest = ingest.connections(connections, connect);
                            let batch = Batch::new(rows.iter().map(crate::data::W::keyed));
                            ingest.batches(|_| [batch]).await.unwrap();
                        })
                        .await
                    }
                };
                rounds.add(contender, cost);
            }
        }
    }
    first.print(settings, &format!("W with a key: the first load of {} rows", rows.len()));
    again.print(settings, "W with a key: the same rows again");
    client.batch_execute("DROP TABLE w").await.unwrap();
}

/// A logged staging table, the last of equal keys by ctid, then all of it by ON CONFLICT.
async fn python_way(client: &Client, chunks: &[Bytes]) {
    client.batch_execute("BEGIN").await.unwrap();
    client.batch_execute(&create_wide("staging")).await.unwrap();
    copy_encoded(client, "staging", chunks).await;
    let set = OTHERS.map(|name| format!("{name} = excluded.{name}")).join(", ");
    client
        .batch_execute(&format!(
            "DELETE FROM staging a USING (SELECT max(ctid) AS ctid, id FROM staging GROUP BY id \
             HAVING count(*) > 1) b WHERE a.id = b.id AND a.ctid <> b.ctid; \
             INSERT INTO w SELECT * FROM staging ON CONFLICT (id) DO UPDATE SET {set}; \
             DROP TABLE staging; COMMIT"
        ))
        .await
        .unwrap();
}
