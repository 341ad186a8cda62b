//! Small batches into tables of many partitions, beside plain SQL.

use crate::contender::{connect, copy_encoded, encoded};
use crate::data::{KeyedN, N, narrow};
use crate::figure::count;
use crate::measure::{Rounds, cost};
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use crate::ways::Way;
use pg_bulk_ingest::{Batch, ingest};
use tokio_postgres::Client;

const OURS: &str = "pg-bulk-ingest";

/// Rows of a batch.
const ROWS: usize = 100;

/// By what the table is partitioned, and which rows come.
#[derive(Debug, Clone, Copy)]
enum Case {
    /// The latest rows of ranges.
    Latest,
    /// Rows of all ranges.
    Scattered,
    /// Rows wherever their hash puts them.
    Hashed,
}

impl Case {
    fn words(self) -> &'static str {
        match self {
            Self::Latest => "the latest of ranges",
            Self::Scattered => "scattered over ranges",
            Self::Hashed => "scattered over hashes",
        }
    }

    /// Creates the table with its key and partitions; one that is not partitioned for one of them.
    fn create(self, rows: usize, partitions: usize) -> String {
        let (key, create) = ("ALTER TABLE n ADD PRIMARY KEY (id)", N::create("n"));
        if partitions == 1 {
            return format!("{create}; {key}");
        }
        let each = rows.div_ceil(partitions);
        let (method, bound): (_, &dyn Fn(usize) -> String) = match self {
            Self::Latest | Self::Scattered => {
                ("RANGE", &|n| format!("FROM ({}) TO ({})", n * each, (n + 1) * each))
            }
            Self::Hashed => ("HASH", &|n| format!("WITH (MODULUS {partitions}, REMAINDER {n})")),
        };
        let one = |n| format!("CREATE TABLE n_{n} PARTITION OF n FOR VALUES {}", bound(n));
        let all = (0..partitions).map(one).collect::<Vec<_>>().join("; ");
        format!("{create} PARTITION BY {method} (id); {key}; {all}")
    }

    /// A batch of the rows.
    fn batch(self, rows: &[N]) -> Vec<N> {
        match self {
            Self::Latest => rows.iter().rev().take(ROWS).cloned().collect(),
            Self::Scattered | Self::Hashed => {
                rows.iter().step_by(rows.len().div_ceil(ROWS)).cloned().collect()
            }
        }
    }
}

pub(crate) async fn run(url: &str, settings: &Settings) {
    let rows = narrow(settings.rows);
    let sizes = if settings.smoke { [1, 5, 10] } else { [1, 100, 1_000] };
    for case in [Case::Latest, Case::Scattered, Case::Hashed] {
        let mut worst = f64::NAN;
        for partitions in sizes {
            worst = worst.max(measure(url, settings, case, &rows, partitions).await);
        }
        let (of, words) = (count(rows.len()), case.words());
        let what = format!("{ROWS} changed rows into {of} in 1 to {}, {words}", sizes[2]);
        settings.target(format!("{what}: to plain SQL"), AtMost(3.0), worst);
    }
}

/// Batches of changed rows, each its own transaction: the ratio to plain SQL.
async fn measure(url: &str, settings: &Settings, case: Case, rows: &[N], partitions: usize) -> f64 {
    let batches = if settings.smoke { 2 } else { 20 };
    let mut client = connect(url).await;
    client.batch_execute("DROP TABLE IF EXISTS n").await.unwrap();
    client.batch_execute(&case.create(rows.len(), partitions)).await.unwrap();
    copy_encoded(&client, "n", &encoded(rows)).await;
    client.batch_execute("VACUUM ANALYZE n").await.unwrap();
    let mut batch = case.batch(rows);
    let mut mark = 0;
    let mut marked = || {
        mark -= 1;
        batch.iter_mut().for_each(|row| row.mark(mark));
        batch.clone()
    };
    // What a session looks up once it knows.
    Way::KeyOrder.run::<N>(&client, &encoded(&marked())).await;
    ours(&mut client, &[marked()]).await;
    let mut rounds = Rounds::default();
    for _ in 0..settings.rounds {
        let all = (0..batches).map(|_| encoded(&marked())).collect::<Vec<_>>();
        let by_hand = async {
            for chunks in &all {
                Way::KeyOrder.run::<N>(&client, chunks).await;
            }
        };
        rounds.add(Way::KeyOrder.name(), cost(by_hand).await);
        let all = (0..batches).map(|_| marked()).collect::<Vec<_>>();
        rounds.add(OURS, cost(ours(&mut client, &all)).await);
    }
    let title = format!(
        "{batches} batches of {ROWS} changed rows into {} in {partitions}, {}",
        count(rows.len()),
        case.words()
    );
    rounds.print(settings, &title);
    client.batch_execute("DROP TABLE n").await.unwrap();
    rounds.wall(OURS, Way::KeyOrder.name())
}

async fn ours(client: &mut Client, batches: &[Vec<N>]) {
    let batches = batches.iter().map(|rows| Batch::new(rows.iter().map(N::keyed)));
    ingest::<KeyedN>(client).batches(|_| batches).await.unwrap();
}
