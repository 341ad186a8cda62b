//! Merging batches of several sizes into a large table, beside the ways there are in plain SQL.

use crate::contender::{connect, copy_encoded, encoded};
use crate::data::{KeyedN, N, create_narrow, narrow};
use crate::measure::{Rounds, Settings, cost};
use bytes::Bytes;
use pg_bulk_ingest::{Batch, ingest};
use tokio_postgres::Client;

const CONTENDERS: [&str; 4] = [
    "the Python package's SQL, encoded beforehand",
    "ON CONFLICT, in the order of the key",
    "what differs, by a join, then ON CONFLICT",
    "pg-bulk-ingest",
];

/// Of each batch: one in how many rows of the table it has, and one in how many of its own differ.
const CASES: [(usize, usize); 5] = [(50, 1), (50, 100), (100, 1), (10, 1), (2, 1)];

const UPDATE: &str = "ON CONFLICT (id) DO UPDATE SET ts = excluded.ts, value = excluded.value, \
                      sensor = excluded.sensor";

pub(crate) async fn run(url: &str, settings: &Settings) {
    let all = narrow(settings.rows * 5);
    let table = encoded(&all);
    let mut client = connect(url).await;
    for (part, changed) in CASES {
        fill(&client, &table).await;
        let mut rounds = Rounds::new(&CONTENDERS);
        for round in 0..settings.rounds {
            for contender in 0..CONTENDERS.len() {
                let mark = -1 - i32::try_from(round * CONTENDERS.len() + contender).unwrap();
                let rows = batch(&all, part, changed, mark);
                let chunks = encoded(&rows);
                client.batch_execute("VACUUM n").await.unwrap();
                client.batch_execute("CHECKPOINT").await.unwrap();
                let cost = match contender {
                    3 => {
                        let rows = rows.iter().map(N::keyed).collect::<Vec<KeyedN>>();
                        cost(async {
                            let batch = [Batch::new(&rows)];
                            ingest::<KeyedN>(&mut client).batches(|_| batch).await.unwrap();
                        })
                        .await
                    }
                    way => cost(by_hand(&client, &chunks, way)).await,
                };
                rounds.add(contender, cost);
            }
        }
        rounds.print(
            settings,
            &format!(
                "{} rows merged into {}, one in {changed} changed",
                all.len() / part,
                all.len()
            ),
        );
    }
    client.batch_execute("DROP TABLE n").await.unwrap();
}

/// The table with its key and all rows.
async fn fill(client: &Client, rows: &[Bytes]) {
    client.batch_execute(&format!("DROP TABLE IF EXISTS n; {}", create_narrow("n"))).await.unwrap();
    copy_encoded(client, "n", rows).await;
    client.batch_execute("ALTER TABLE n ADD PRIMARY KEY (id)").await.unwrap();
    client.batch_execute("VACUUM ANALYZE n").await.unwrap();
}

/// Rows scattered over the table, of which some have this mark, which no other batch has.
fn batch(all: &[N], part: usize, changed: usize, mark: i32) -> Vec<N> {
    let mut rows = all.iter().step_by(part).cloned().collect::<Vec<_>>();
    rows.iter_mut().step_by(changed).for_each(|row| row.sensor = mark);
    rows
}

async fn by_hand(client: &Client, chunks: &[Bytes], way: usize) {
    client.batch_execute("BEGIN").await.unwrap();
    let name = if way == 0 { "staging" } else { "pg_temp.staging" };
    client.batch_execute(&create_narrow(name)).await.unwrap();
    copy_encoded(client, name, chunks).await;
    let merge = match way {
        0 => format!(
            "DELETE FROM staging a USING (SELECT max(ctid) AS ctid, id FROM staging GROUP BY id \
             HAVING count(*) > 1) b WHERE a.id = b.id AND a.ctid <> b.ctid; \
             INSERT INTO n SELECT * FROM staging {UPDATE}"
        ),
        1 => format!("INSERT INTO n SELECT * FROM staging ORDER BY id {UPDATE}"),
        _ => format!(
            "INSERT INTO n SELECT new.* FROM staging new LEFT JOIN n live ON live.id = new.id \
             WHERE live.id IS NULL OR ROW(live.ts, live.value, live.sensor)::record *<> \
             ROW(new.ts, new.value, new.sensor)::record {UPDATE}"
        ),
    };
    client.batch_execute(&format!("{merge}; DROP TABLE {name}; COMMIT")).await.unwrap();
}
