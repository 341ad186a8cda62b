//! Merging batches of several sizes into a large table, beside the ways there are in plain SQL.

use crate::contender::{connect, copy_encoded, encoded};
use crate::data::{N, W};
use crate::figure::count;
use crate::measure::{Rounds, cost};
use crate::settings::Settings;
use crate::table::Rows;
use crate::target::Bound::AtMost;
use crate::ways::Way;
use bytes::Bytes;
use pg_bulk_ingest::{Batch, ingest};
use tokio_postgres::Client;

const OURS: &str = "pg-bulk-ingest";

/// One in how many rows of a batch differ.
const CHANGED: [usize; 2] = [1, 100];

/// What was measured of cases that are looked at together: the worst of them.
struct Worst {
    to_best: f64,
    to_python: f64,
}

pub(crate) async fn run(url: &str, settings: &Settings, version: u32) {
    let rows = N::make(settings.rows);
    let mut table = Table::filled(url, &rows, version).await;
    for changed in CHANGED {
        let worst = table.measure(settings, 50, changed).await;
        let (batch, all) = (count(rows.len() / 50), count(rows.len()));
        worst.say(settings, &format!("{batch} rows of N into {all}, {}", words(changed)), changed);
    }
    several::<N>(url, settings, version, &rows[..rows.len() / 5], &[100, 10, 2]).await;
    drop(rows);
    // They take as much room as those of N.
    several::<W>(url, settings, version, &W::make(settings.rows / 4), &[100, 10, 2]).await;
}

/// Batches of one in so many of the rows.
async fn several<R: Rows>(
    url: &str,
    settings: &Settings,
    version: u32,
    rows: &[R],
    parts: &[usize],
) {
    let mut table = Table::filled(url, rows, version).await;
    for changed in CHANGED {
        let mut worst = Worst { to_best: f64::NAN, to_python: f64::NAN };
        for &part in parts {
            let one = table.measure(settings, part, changed).await;
            worst.to_best = worst.to_best.max(one.to_best);
            worst.to_python = worst.to_python.max(one.to_python);
        }
        let what =
            format!("1% to 50% of {} rows of {}, {}", count(rows.len()), R::LETTER, words(changed));
        worst.say(settings, &what, changed);
    }
}

fn words(changed: usize) -> &'static str {
    if changed == 1 { "all changed" } else { "1% changed" }
}

impl Worst {
    fn say(&self, settings: &Settings, what: &str, changed: usize) {
        let python = if changed == 1 { 0.90 } else { 0.60 };
        settings.target(format!("{what}: to the Python SQL"), AtMost(python), self.to_python);
        settings.target(format!("{what}: to the best way"), AtMost(1.10), self.to_best);
    }
}

/// A table that batches are merged into.
struct Table<'r, R> {
    client: Client,
    rows: &'r [R],
    chunks: Vec<Bytes>,
    ways: Vec<Way>,
    /// No two batches have the same.
    mark: i32,
}

impl<'r, R: Rows> Table<'r, R> {
    async fn filled(url: &str, rows: &'r [R], version: u32) -> Self {
        let ways = Way::ALL.into_iter().filter(|way| way.is_in(version)).collect();
        Self { client: connect(url).await, rows, chunks: encoded(rows), ways, mark: 0 }
    }

    /// The table with its key and all rows.
    async fn fill(&self) {
        let (table, create) = (R::NAME, R::create(R::NAME));
        let client = &self.client;
        let create = format!("DROP TABLE IF EXISTS {table}; {create}");
        client.batch_execute(&create).await.unwrap();
        copy_encoded(client, table, &self.chunks).await;
        client.batch_execute(&format!("ALTER TABLE {table} ADD PRIMARY KEY (id)")).await.unwrap();
        client.batch_execute(&format!("VACUUM ANALYZE {table}")).await.unwrap();
    }

    async fn measure(&mut self, settings: &Settings, part: usize, changed: usize) -> Worst {
        self.fill().await;
        let mut rounds = Rounds::default();
        for _ in 0..settings.some() {
            for way in self.ways.clone() {
                let chunks = encoded(&self.batch(part, changed).await);
                rounds.add(way.name(), cost(way.run::<R>(&self.client, &chunks)).await);
            }
            let rows = self.batch(part, changed).await;
            let ours = async {
                let ingest = ingest::<R::Keyed<'_>>(&mut self.client);
                ingest.batches(|_| [Batch::new(rows.iter().map(R::keyed))]).await.unwrap();
            };
            rounds.add(OURS, cost(ours).await);
        }
        let all = self.rows.len();
        let (batch, all) = (count(all.div_ceil(part)), count(all));
        let (name, words) = (R::LETTER, words(changed));
        let title = format!("{batch} rows of {name} merged into {all}, {words}");
        rounds.print(settings, &title);
        Worst {
            to_best: rounds.wall_to_best(OURS),
            to_python: rounds.wall(OURS, Way::Python.name()),
        }
    }

    /// Rows scattered over the table, some of which have a mark that no other batch has; and the
    /// table tidied for it.
    async fn batch(&mut self, part: usize, changed: usize) -> Vec<R> {
        self.mark -= 1;
        let mark = self.mark;
        let mut rows = self.rows.iter().step_by(part).cloned().collect::<Vec<_>>();
        rows.iter_mut().step_by(changed).for_each(|row| row.mark(mark));
        self.client.batch_execute(&format!("VACUUM {}", R::NAME)).await.unwrap();
        self.client.batch_execute("CHECKPOINT").await.unwrap();
        rows
    }
}
