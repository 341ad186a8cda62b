//! The server beside the model.

use super::load::attempt;
use super::step::{Fault, IngestOf, Step};
use super::world::{Shape, Table, World, foretell};
use futures_util::FutureExt;
use local_postgres::{LocalPostgres, StopMode};
use pg_bulk_ingest::Watermarks;
use std::sync::Arc;
use tests::{At, Call, Direction, Harm, Proxy, connect};
use tokio_postgres::Client;

/// The server, and what is to be on it.
pub(super) struct Run {
    server: Arc<LocalPostgres>,
    url: String,
    admin: Arc<Client>,
    world: World,
    /// Whether the high watermark is in a table, and not in the comment.
    keeps_in_table: bool,
    pub(super) faults: usize,
}

impl Run {
    pub(super) async fn new(server: Arc<LocalPostgres>, keeps_in_table: bool) -> Self {
        let url = server.url("postgres");
        let admin = Arc::new(connect(&url).await);
        let empty = "DROP SCHEMA IF EXISTS model, model_state CASCADE; CREATE SCHEMA model";
        admin.batch_execute(empty).await.unwrap();
        Self { server, url, admin, world: None, keeps_in_table, faults: 0 }
    }

    /// Takes a step, and compares.
    pub(super) async fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Ingest(ingest) => return self.ingest(ingest).await,
            Step::Restart => self.restart(StopMode::Fast).await,
            Step::DropTable => {
                self.admin.batch_execute("DROP TABLE IF EXISTS model.t").await.unwrap();
                self.world = None;
            }
            Step::Insert(id) => {
                if let Some(table) = &mut self.world {
                    // A migration that was interrupted may have built an index by which ids are unique.
                    let insert = "INSERT INTO model.t (id, value) VALUES ($1, 'hand')
                        ON CONFLICT DO NOTHING";
                    let inserted = self.admin.execute(insert, &[&id]).await.unwrap();
                    assert!(inserted == 1 || table.has(id), "{id} was not inserted");
                    assert!(
                        inserted == 0 || !table.shape.is_keyed || !table.has(id),
                        "{id} is there twice"
                    );
                    if inserted == 1 {
                        table.add(id, "hand");
                    }
                }
            }
            step => {
                if let Some(table) = &mut self.world {
                    let before = table.high_watermark;
                    let sql = by_hand(table, &step);
                    if self.keeps_in_table {
                        table.high_watermark = before;
                    }
                    self.admin.batch_execute(&sql).await.unwrap();
                }
            }
        }
        let found = self.look().await;
        if found == self.world { Ok(()) } else { Err(format!("found {found:?}")) }
    }

    async fn restart(&mut self, mode: StopMode) {
        let server = self.server.clone();
        let restart = move || server.restart(mode);
        tokio::task::spawn_blocking(restart).await.unwrap().unwrap();
        self.admin = Arc::new(connect(&self.url).await);
    }

    async fn ingest(&mut self, ingest: IngestOf) -> Result<(), String> {
        let foretold = foretell(&self.world, &ingest);
        let proxy = Proxy::new(&self.url).await;
        let mut client = proxy.connect(&self.url).await;
        let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
        self.set(&proxy, ingest.fault, &process);
        let kept = match self.keeps_in_table {
            true => Watermarks::table("model_state", "high_watermarks"),
            false => Watermarks::Comment,
        };
        let (ended, mut interrupted) = attempt(&mut client, &ingest, kept, &self.world).await;
        // What is sent at the end of the connection could be the message yet.
        let struck = proxy.disarm();
        interrupted |= struck;
        let crashed = matches!(ingest.fault, Some(Fault::Crash(_))) && struck;
        // By now all that was sent before the end of the connection has been done.
        drop((client, proxy));
        if crashed {
            let server = self.server.clone();
            let start = move || while server.start_again().is_err() {};
            tokio::task::spawn_blocking(start).await.unwrap();
            self.admin = Arc::new(connect(&self.url).await);
        }
        let there = format!("SELECT 1 FROM pg_stat_activity WHERE pid = {process}");
        while !tests::rows(&self.admin, &there).await.is_empty() {}
        self.faults += usize::from(interrupted);
        let found = self.look().await;
        let last = foretold.worlds.last();
        let is_right = match &ended {
            Some(Ok(())) => foretold.succeeds && last == Some(&found),
            Some(Err(_)) if !interrupted => !foretold.succeeds && last == Some(&found),
            _ => foretold.worlds.iter().any(|world| is_on_the_way(&found, world)),
        };
        let left = match ended {
            Some(Ok(())) => self.leftovers(&found).await,
            _ => Vec::new(),
        };
        if !is_right || !left.is_empty() {
            return Err(format!(
                "it ended {ended:?}\nleft     {left:?}\nfound    {found:?}\nforetold {foretold:?}"
            ));
        }
        self.world = found;
        Ok(())
    }

    /// All tables and indexes, if there are more than the table's own.
    async fn leftovers(&self, found: &World) -> Vec<String> {
        let relations =
            "SELECT relname, relkind FROM pg_class WHERE relkind IN ('r', 'i', 'p', 'I')
            AND NOT relispartition AND relnamespace = 'model'::regnamespace";
        let own = found.as_ref().map_or(0, |table| {
            let Shape { is_keyed, is_indexed, is_aimed, .. } = table.shape;
            1 + [is_keyed, is_indexed, is_aimed].into_iter().map(usize::from).sum::<usize>()
        });
        let relations = tests::rows(&self.admin, relations).await;
        if relations.len() == own { Vec::new() } else { relations }
    }

    /// The table as it is.
    async fn look(&self) -> World {
        let tables = "SELECT relname, obj_description(oid), relacl::text LIKE '%pg_monitor=r%',
                relkind = 'p', EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype = 'u'),
                EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary AND indisvalid),
                EXISTS (SELECT FROM pg_index JOIN pg_attribute ON attrelid = c.oid AND attname = 'value'
                    WHERE indrelid = c.oid AND indisvalid AND indkey::text = attnum::text)
            FROM pg_class c WHERE relnamespace = 'model'::regnamespace
                AND relkind IN ('r', 'p') AND NOT relispartition";
        let tables = tests::rows(&self.admin, tables).await;
        let [table] = tables.as_slice() else {
            assert_eq!(tables, [""; 0]);
            return None;
        };
        let mut parts = table.strip_prefix("t|").unwrap().rsplitn(6, '|');
        let (is_indexed, is_keyed) = (parts.next() == Some("t"), parts.next() == Some("t"));
        let (is_aimed, is_partitioned) = (parts.next() == Some("t"), parts.next() == Some("t"));
        let is_granted = parts.next() == Some("t");
        let comment = parts.next().unwrap();
        let rows = tests::rows(&self.admin, "SELECT id, value FROM model.t").await;
        let row = |row: String| {
            let (id, value) = row.split_once('|').unwrap();
            (id.parse().unwrap(), value.to_owned())
        };
        let mut rows = rows.into_iter().map(row).collect::<Vec<_>>();
        rows.sort();
        let comment = serde_json::from_str::<serde_json::Value>(comment).ok();
        let high_watermark = match self.keeps_in_table {
            true => self.look_at_row().await,
            false => comment.and_then(|c| c["pg-bulk-ingest"]["high-watermark"].as_i64()),
        };
        let shape = Shape { is_keyed, is_indexed, is_partitioned, is_aimed };
        Some(Table { shape, rows, high_watermark, is_granted })
    }

    async fn look_at_row(&self) -> Option<i64> {
        let exists = "SELECT to_regclass('model_state.high_watermarks')";
        if tests::rows(&self.admin, exists).await == ["∅"] {
            return None;
        }
        let sql = "SELECT high_watermark FROM model_state.high_watermarks";
        tests::rows(&self.admin, sql).await.first().and_then(|row| row.parse().ok())
    }

    fn set(&self, proxy: &Proxy, fault: Option<Fault>, process: &str) {
        let terminate = || -> Call {
            let (admin, process) = (self.admin.clone(), process.to_owned());
            Box::new(move || {
                let sql = format!("SELECT pg_terminate_backend({process})");
                async move { admin.batch_execute(&sql).await.unwrap() }.boxed()
            })
        };
        let crash = || -> Call {
            let server = self.server.clone();
            Box::new(move || {
                let stop = move || server.stop(StopMode::Immediate);
                async move { tokio::task::spawn_blocking(stop).await.unwrap().unwrap() }.boxed()
            })
        };
        let (direction, number, harm) = match fault {
            Some(Fault::Cut(direction, number)) => (direction, number, Harm::Cut),
            Some(Fault::HalfClose(direction, number)) => (direction, number, Harm::HalfClose),
            Some(Fault::Terminate(number)) => {
                (Direction::ToServer, number, Harm::Before(terminate()))
            }
            Some(Fault::Crash(number)) => (Direction::ToServer, number, Harm::After(crash())),
            _ => return,
        };
        proxy.set(direction, At::Number(number), harm);
    }
}

/// Whether this is a world that was foretold, but for keys and indexes: these are migrated one by one,
/// and the next run does the rest.
fn is_on_the_way(found: &World, foretold: &World) -> bool {
    match (found, foretold) {
        (Some(found), Some(foretold)) => {
            Table { shape: foretold.shape, ..found.clone() } == *foretold
        }
        (found, foretold) => found == foretold,
    }
}

/// What somebody else does, to the model and as SQL.
fn by_hand(table: &mut Table, step: &Step) -> String {
    match *step {
        Step::Comment => {
            table.high_watermark = None;
            // Without our own key the table would be somebody else's, and not be migrated.
            r#"COMMENT ON TABLE model.t IS '{"comment": "a person''s", "pg-bulk-ingest": {}}'"#
                .to_owned()
        }
        Step::Grant(grant) => {
            table.is_granted = grant;
            let (verb, to) = if grant { ("GRANT", "TO") } else { ("REVOKE", "FROM") };
            format!("{verb} SELECT ON model.t {to} pg_monitor")
        }
        Step::Insert(_) | Step::Ingest(_) | Step::DropTable | Step::Restart => String::new(),
    }
}
