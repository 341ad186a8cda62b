use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cluster::Cluster;
use crate::programs::run;
use crate::search::program;
use crate::url::{self, MAINTENANCE_DATABASE, ServerUrl};
use crate::{Builder, Error, StopMode};

/// A PostgreSQL server for tests; see the [crate] for which one, and when it goes.
///
/// Dropped, it stops the server at once and removes its folder. All methods take `&self`, so
/// that one thread can stop the server while others use it.
#[derive(Debug)]
#[must_use = "the server is stopped and removed when this is dropped"]
pub struct LocalPostgres(Server);

#[derive(Debug)]
enum Server {
    Ours(Cluster),
    /// The one that `DATABASE_URL` names.
    Theirs(ServerUrl),
}

impl LocalPostgres {
    /// Starts a server with the default settings, or takes the one that `DATABASE_URL` names.
    ///
    /// # Errors
    /// See [`Builder::start`].
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }

    /// For further settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn ours(cluster: Cluster) -> Self {
        Self(Server::Ours(cluster))
    }

    pub(crate) fn theirs(url: ServerUrl) -> Self {
        Self(Server::Theirs(url))
    }

    /// Whether the server was started by us, rather than named by `DATABASE_URL`: only then can
    /// it be stopped, and has it the folders and settings described here.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self.0, Server::Ours(_))
    }

    /// The URL of a database of this server, `postgresql://…`, by TCP; the database need not
    /// exist. Each server has the database `postgres`.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        match &self.0 {
            Server::Ours(cluster) => url::local(cluster.port(), database),
            Server::Theirs(url) => url.with_database(database),
        }
    }

    /// The URL of the database to use where any will do: the one that `DATABASE_URL` names, or
    /// `postgres`.
    #[must_use]
    pub fn default_url(&self) -> String {
        match &self.0 {
            Server::Ours(cluster) => url::local(cluster.port(), MAINTENANCE_DATABASE),
            Server::Theirs(url) => url.given().to_owned(),
        }
    }

    /// The major version, such as 17.
    ///
    /// # Errors
    /// The server of `DATABASE_URL` is asked by `psql`, which may fail.
    pub fn version(&self) -> Result<u32, Error> {
        match &self.0 {
            Server::Ours(cluster) => Ok(cluster.programs().version()),
            Server::Theirs(url) => {
                let number = self.psql_url(url.given(), "SHOW server_version_num")?;
                let number: u32 = number.trim().parse().map_err(|_| Error::Program {
                    program: "psql".to_owned(),
                    message: format!("no number: {number:?}"),
                })?;
                Ok(number / 10_000)
            }
        }
    }

    /// The port on 127.0.0.1, which stays the same when the server is started again.
    ///
    /// # Errors
    /// [`Error::NotOurs`]
    pub fn port(&self) -> Result<u16, Error> {
        Ok(self.cluster("know its port")?.port())
    }

    /// The folder of the unix socket: as `host` of a connection it stands for the socket. Of the
    /// ordinary users only the server's own can enter it.
    ///
    /// # Errors
    /// [`Error::NotOurs`]
    pub fn socket_dir(&self) -> Result<&Path, Error> {
        Ok(self.cluster("know its socket")?.folder())
    }

    /// The folder of the server's programs.
    ///
    /// # Errors
    /// [`Error::NotOurs`]
    pub fn bin_dir(&self) -> Result<&Path, Error> {
        Ok(self.cluster("know its programs")?.programs().folder())
    }

    /// The data directory.
    ///
    /// # Errors
    /// [`Error::NotOurs`]
    pub fn data_dir(&self) -> Result<PathBuf, Error> {
        Ok(self.cluster("know its data directory")?.data_dir())
    }

    /// The server's log.
    ///
    /// # Errors
    /// [`Error::NotOurs`]
    pub fn log_file(&self) -> Result<PathBuf, Error> {
        Ok(self.cluster("know its log")?.log_file())
    }

    /// Runs SQL with `psql` and returns what it prints: a line for each row, without a header,
    /// and with `|` between columns.
    ///
    /// # Errors
    /// When there is no `psql`, or it fails; the message is the server's.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, Error> {
        self.psql_url(&self.url(database), sql)
    }

    /// Creates a database, a copy of `template` if there is one, through `psql`.
    ///
    /// # Errors
    /// As [`psql`](Self::psql).
    pub fn create_database(&self, name: &str, template: Option<&str>) -> Result<(), Error> {
        let mut sql = format!("CREATE DATABASE {}", quote(name));
        if let Some(template) = template {
            sql.push_str(&format!(" TEMPLATE {}", quote(template)));
        }
        match &self.0 {
            Server::Ours(_) => self.psql(MAINTENANCE_DATABASE, &sql)?,
            Server::Theirs(url) => self.psql_url(url.given(), &sql)?,
        };
        Ok(())
    }

    /// Stops the server, and waits up to 60 s until it has stopped; the data stays.
    ///
    /// # Errors
    /// [`Error::NotOurs`], [`Error::NotRunning`], [`Error::StopTimeout`]
    pub fn stop(&self, mode: StopMode) -> Result<(), Error> {
        self.cluster("stop it")?.stop(mode)
    }

    /// Starts the server after [`stop`](Self::stop) or [`kill9`](Self::kill9), on the same port.
    ///
    /// # Errors
    /// [`Error::NotOurs`], [`Error::AlreadyRunning`], [`Error::Start`], [`Error::PortInUse`]
    pub fn start_again(&self) -> Result<(), Error> {
        self.cluster("start it")?.start_again()
    }

    /// [`stop`](Self::stop), then [`start_again`](Self::start_again).
    ///
    /// # Errors
    /// Theirs.
    pub fn restart(&self, mode: StopMode) -> Result<(), Error> {
        self.stop(mode)?;
        self.start_again()
    }

    /// Kills the server's first process, the postmaster, with `kill -9`, waits until the others
    /// have noticed and ended (those that have not after 5 s are killed too), and removes what
    /// would keep it from being started again.
    ///
    /// # Errors
    /// [`Error::NotOurs`], [`Error::NotRunning`]
    pub fn kill9(&self) -> Result<(), Error> {
        self.cluster("kill it")?.kill9()
    }

    fn cluster(&self, action: &'static str) -> Result<&Cluster, Error> {
        match &self.0 {
            Server::Ours(cluster) => Ok(cluster),
            Server::Theirs(_) => Err(Error::NotOurs { action }),
        }
    }

    fn psql_url(&self, url: &str, sql: &str) -> Result<String, Error> {
        let programs = self.bin_dir().ok();
        let mut command = Command::new(program(programs, "psql"));
        command.args(["--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align"]);
        command.args(["--set=ON_ERROR_STOP=1", "--command", sql, "--dbname", url]);
        run(command.stdin(Stdio::null()))
    }
}

/// An SQL identifier.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
