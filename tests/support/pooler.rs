//! PgBouncer before the tests' server.

use crate::database::{config, connect, rows};
use local_postgres::{Error, PgBouncer};
use std::collections::BTreeSet;
use std::io::Write;
use tokio_postgres::config::Host;

/// If it is set, a machine without PgBouncer is an error; otherwise the tests say that they looked at
/// nothing.
const REQUIRED: &str = "REQUIRE_PGBOUNCER";

/// A PgBouncer before the server, with so many connections to each database, which are used in turn:
/// no two transactions of a client are on the same one, if they can be on another.
#[derive(Debug)]
pub struct Pooler {
    bouncer: PgBouncer,
    database: String,
    size: usize,
}

impl Pooler {
    /// A pooler before the server of this URL. `None` if PgBouncer is not installed.
    ///
    /// # Panics
    ///
    /// It is not installed and required, or does not start.
    #[must_use]
    pub fn new(url: &str, mode: &str, size: usize, settings: &[(&str, &str)]) -> Option<Self> {
        let server = config(url);
        let Host::Tcp(host) = &server.get_hosts()[0] else { panic!("{url} is no URL by TCP") };
        let mut place = format!("host={host} port={}", server.get_ports()[0]);
        place.push_str(&format!(" user={}", server.get_user().unwrap()));
        if let Some(password) = server.get_password() {
            place.push_str(&format!(" password={}", String::from_utf8_lossy(password)));
        }
        let pool = size.to_string();
        let own = [("pool_mode", mode), ("default_pool_size", &pool), ("server_round_robin", "1")];
        let started = PgBouncer::start(&place, &[&own, settings].concat());
        match started {
            Ok(bouncer) => {
                let database = server.get_dbname().unwrap().to_owned();
                Some(Self { bouncer, database, size })
            }
            Err(error @ Error::NoPgBouncer) if std::env::var_os(REQUIRED).is_none() => {
                // Past what holds back the output of tests that pass.
                let _ = writeln!(std::io::stderr(), "not tested: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Whether it keeps track of a client that sends more before it is answered, and of its prepared
    /// statements, as PgBouncer does from 1.21 on.
    #[must_use]
    pub fn keeps_track(&self) -> bool {
        let version = self.bouncer.version().rsplit(' ').next().unwrap_or_default();
        let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
        let keeps_track = (numbers.next(), numbers.next()) >= (Some(1), Some(21));
        if !keeps_track {
            let _ =
                writeln!(std::io::stderr(), "not all tested: {} is old", self.bouncer.version());
        }
        keeps_track
    }

    /// The URL of the database through the pooler.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{}", self.bouncer.port(), self.database)
    }

    /// Visits every connection to the server, and answers what there is on them that would meet the
    /// next client, whoever that is. Before the first visit there may be fewer.
    pub async fn left_behind(&self) -> Vec<String> {
        const SESSION: &str = "
            SELECT 'prepared statement: ' || statement FROM pg_prepared_statements
                WHERE name NOT LIKE 'PGBOUNCER%'
            UNION ALL SELECT 'temporary: ' || relname FROM pg_class
                WHERE relnamespace = pg_my_temp_schema()
            UNION ALL SELECT 'setting: ' || name || ' = ' || setting FROM pg_settings
                WHERE source = 'session' AND name NOT IN ('client_encoding', 'DateStyle', 'TimeZone',
                    'standard_conforming_strings', 'application_name')
            UNION ALL SELECT 'lock: ' || mode || ' ' || locktype FROM pg_locks
                WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'userlock')
            UNION ALL SELECT 'cursor: ' || statement FROM pg_cursors
            UNION ALL SELECT 'channel: ' || channel FROM pg_listening_channels() AS channel";
        let mut visitors = Vec::new();
        let mut found = Vec::new();
        let mut processes = BTreeSet::new();
        for _ in 0..self.size {
            let visitor = connect(&self.url()).await;
            visitor.batch_execute("BEGIN").await.unwrap();
            processes.extend(rows(&visitor, "SELECT pg_backend_pid()").await);
            found.extend(rows(&visitor, SESSION).await);
            visitors.push(visitor);
        }
        for visitor in visitors {
            visitor.batch_execute("ROLLBACK").await.unwrap();
        }
        assert_eq!(processes.len(), self.size, "each has another connection to the server");
        found
    }
}
