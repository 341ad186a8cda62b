use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// What kept us from having, starting or stopping a server. The message says what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no server on this machine.
    NotFound {
        /// Why the download failed; `None` without the cargo feature `fetch`.
        fetch: Option<String>,
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

/// How to come by a server.
const ADVICE: &str = "  - install one:
      Debian, Ubuntu   apt-get install postgresql
      Fedora           dnf install postgresql-server
      macOS            brew install postgresql
  - or set PG_BIN to the folder that has initdb, postgres and pg_ctl
  - or set DATABASE_URL to the URL of a running server";

const FETCH_ADVICE: &str =
    "  - or add --features local-postgres/fetch to the cargo command, which downloads one";

impl Error {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { fetch: None } => write!(
                f,
                "there is no postgresql server on this machine:\n{ADVICE}\n{FETCH_ADVICE}"
            ),
            Self::NotFound { fetch: Some(cause) } => write!(
                f,
                "there is no postgresql server on this machine, and the download of one failed \
                 ({cause}):\n{ADVICE}"
            ),
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
    fn without_a_server_the_message_names_every_way_to_have_one() {
        let message = Error::NotFound { fetch: None }.to_string();
        for advice in [
            "apt-get install postgresql",
            "dnf install postgresql-server",
            "brew install postgresql",
            "PG_BIN",
            "DATABASE_URL",
            "--features local-postgres/fetch",
        ] {
            assert!(message.contains(advice), "{advice} is not in: {message}");
        }
    }

    #[test]
    fn a_failed_download_gives_its_cause_and_the_same_advice() {
        let fetch = Some("no route to host".to_owned());
        let message = Error::NotFound { fetch }.to_string();
        for part in ["no route to host", "apt-get install postgresql", "PG_BIN"] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
    }
}
