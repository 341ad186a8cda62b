use crate::account::Account;
use crate::cluster::Cluster;
use crate::programs::Programs;
use crate::search::{Environment, Found, search};
use crate::url::ServerUrl;
use crate::{Error, LocalPostgres, fetch};

/// Set whatever the distribution's own defaults are.
const ALWAYS: [(&str, &str); 3] =
    [("listen_addresses", "127.0.0.1"), ("logging_collector", "off"), ("max_connections", "100")];

/// Safe as long as the machine does not crash: what was committed survives any end of the
/// server's processes, since `synchronous_commit` stays on.
const NOT_DURABLE: [(&str, &str); 2] = [("fsync", "off"), ("full_page_writes", "off")];

/// Settings of a server to be started; see [`LocalPostgres::builder`].
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until `start`"]
pub struct Builder {
    settings: Vec<(String, String)>,
    files: Vec<(String, String)>,
    durable: bool,
    ignore_database_url: bool,
}

impl Builder {
    /// Adds a line to the server's `postgresql.conf`; of two with one name the last counts.
    ///
    /// Without effect on the server that `DATABASE_URL` names. The port and the folder of the
    /// socket are chosen by us.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), local_postgres::Error> {
    /// let server = local_postgres::LocalPostgres::builder()
    ///     .setting("max_connections", "200")
    ///     .setting("wal_level", "logical")
    ///     .start()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Writes a file of this name and text into the server's data directory before it starts, in the place
    /// of the one that is there: `pg_hba.conf`, or a certificate. Only the server's account can read it.
    ///
    /// Without effect on the server that `DATABASE_URL` names.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), local_postgres::Error> {
    /// let server = local_postgres::LocalPostgres::builder()
    ///     .file("pg_hba.conf", "host all all 127.0.0.1/32 trust\n")
    ///     .start()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn file(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.push((name.into(), text.into()));
        self
    }

    /// Leaves `fsync` and `full_page_writes` as PostgreSQL has them, on; for benches.
    ///
    /// By default both are off. What is committed then still survives every stop and
    /// [`LocalPostgres::kill9`], but not a crash of the machine.
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Starts a server even if `DATABASE_URL` names one; for what stops it or needs settings.
    pub fn ignore_database_url(mut self) -> Self {
        self.ignore_database_url = true;
        self
    }

    /// Finds a server, starts it if it is not the one that `DATABASE_URL` names, and waits until
    /// it accepts connections. Safe to call from asynchronous code too, which it blocks.
    ///
    /// # Errors
    /// Where there is no server ([`Error::NotFound`]); where it does not start, for example
    /// because a setting is wrong ([`Error::Start`]).
    pub fn start(self) -> Result<LocalPostgres, Error> {
        let mut environment = Environment::of_this_process();
        if self.ignore_database_url {
            environment.database_url = None;
        }
        let found = search(&environment)?;
        if let Found::Running(url) = found {
            return Ok(LocalPostgres::theirs(ServerUrl::parse(url)?));
        }
        let account = Account::choose()?;
        let folder = match found {
            Found::Programs(folder) => folder,
            _ => fetch::server_programs(&account)?,
        };
        let programs = Programs::in_folder(folder, &account)?;
        let cluster = Cluster::start(programs, account, &self.all_settings(), &self.files)?;
        Ok(LocalPostgres::ours(cluster))
    }

    fn all_settings(&self) -> Vec<(String, String)> {
        let not_durable = if self.durable { &[][..] } else { &NOT_DURABLE };
        let defaults = ALWAYS.iter().chain(not_durable);
        defaults
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .chain(self.settings.iter().cloned())
            .collect()
    }
}
