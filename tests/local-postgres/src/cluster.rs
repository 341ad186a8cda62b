use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::account::Account;
use crate::postmaster::Postmaster;
use crate::programs::{Programs, run_watched};
use crate::watchdog::Watchdog;
use crate::{Error, StopMode, folder, port};

/// How often another process may be faster than us to take a free port.
const PORT_ATTEMPTS: usize = 20;

/// A cluster in a temporary folder, and its server.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: Programs,
    account: Account,
    folder: PathBuf,
    port: u16,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    postmaster: Option<Postmaster>,
    /// After `kill9` until the next start there is shared memory that only a start frees.
    was_killed: bool,
    watchdog: Watchdog,
}

impl Cluster {
    /// Makes a cluster with these settings, and files of its own, and starts its server.
    pub(crate) fn start(
        programs: Programs,
        account: Account,
        settings: &[(String, String)],
        files: &[(String, String)],
    ) -> Result<Self, Error> {
        let folder = folder::create(&account)?;
        let watchdog = Watchdog::guard(&folder).inspect_err(|_| {
            // Nobody else will.
            let _ = fs::remove_dir_all(&folder);
        })?;
        let state = Mutex::new(State { postmaster: None, was_killed: false, watchdog });
        let mut cluster = Self { programs, account, folder, port: 0, state };
        cluster.initdb()?;
        cluster.configure(settings)?;
        files.iter().try_for_each(|(name, text)| cluster.write(name, text))?;
        for _ in 0..PORT_ATTEMPTS {
            cluster.port = port::free();
            match cluster.start_again() {
                Err(Error::PortInUse { .. }) => {}
                started => return started.map(|()| cluster),
            }
        }
        Err(Error::PortInUse { port: cluster.port })
    }

    fn initdb(&self) -> Result<(), Error> {
        // The data directory is relative: if we are killed now, and the folder is removed, an
        // initdb that is just starting does not make it anew.
        let mut command = self.account.command(&self.programs.path("initdb"), &self.folder);
        command.args(["--pgdata=data", "--username=postgres", "--auth=trust"]);
        command.args(["--encoding=UTF8", "--no-locale", "--no-sync"]);
        // Killed without notice, it would leave shared memory behind.
        let watchdog = &mut self.lock().watchdog;
        run_watched(&mut command, |pid| watchdog.user_is(Some(pid)))?;
        watchdog.user_is(None)
    }

    /// In the file, not on the command line, so that ALTER SYSTEM can override it.
    fn configure(&self, settings: &[(String, String)]) -> Result<(), Error> {
        let mut text = String::new();
        for (name, value) in settings {
            let value = value.replace('\\', r"\\").replace('\'', "''");
            text.push_str(&format!("{name} = '{value}'\n"));
        }
        let path = self.data_dir().join("postgresql.conf");
        OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(Error::io(format!("write {}", path.display())))
    }

    /// Writes a file of the data directory, which may hold a secret.
    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.data_dir().join(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(Error::io(format!("write {}", path.display())))?;
        self.account.own(&path)
    }

    pub(crate) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Where the socket, the log and the data directory are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn log_file(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn start_again(&self) -> Result<(), Error> {
        let mut state = self.lock();
        if state.is_running()? {
            return Err(Error::AlreadyRunning);
        }
        let log = self.log_file();
        let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
        let mut command = self.account.command(&self.programs.path("postgres"), &self.folder);
        command.arg("-D").arg(self.data_dir());
        command.arg("-k").arg(&self.folder);
        command.arg("-p").arg(self.port.to_string());

        let postmaster = state.postmaster.insert(Postmaster::spawn(command, &log)?);
        let pid = postmaster.pid();
        let started = state.watchdog.user_is(Some(pid)).and_then(|()| {
            let pid_file = self.data_dir().join("postmaster.pid");
            let postmaster = state.postmaster.as_mut().ok_or(Error::NotRunning)?;
            postmaster.wait_until_ready(&pid_file, self.port, &log, log_start)
        });
        match started {
            Ok(()) => state.was_killed = false,
            Err(_) => state.end(Postmaster::kill)?,
        }
        started
    }

    pub(crate) fn stop(&self, mode: StopMode) -> Result<(), Error> {
        self.lock().end_running(|postmaster| postmaster.stop(mode))
    }

    pub(crate) fn kill9(&self) -> Result<(), Error> {
        let mut state = self.lock();
        state.end_running(Postmaster::kill9)?;
        state.was_killed = true;
        // A server refuses to start where these name a process that exists, be it another one
        // that has got the number meanwhile.
        let socket_lock = format!(".s.PGSQL.{}.lock", self.port);
        for stale in [self.data_dir().join("postmaster.pid"), self.folder.join(socket_lock)] {
            fs::remove_file(&stale).map_err(Error::io(format!("remove {}", stale.display())))?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_running(&mut self) -> Result<bool, Error> {
        self.postmaster.as_mut().map_or(Ok(false), Postmaster::is_alive)
    }

    fn end_running(
        &mut self,
        how: impl FnOnce(&mut Postmaster) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.is_running()? {
            return Err(Error::NotRunning);
        }
        self.end(how)
    }

    fn end(&mut self, how: impl FnOnce(&mut Postmaster) -> Result<(), Error>) -> Result<(), Error> {
        if let Some(postmaster) = &mut self.postmaster {
            how(postmaster)?;
        }
        self.postmaster = None;
        self.watchdog.user_is(None)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.lock().was_killed {
            let _ = self.start_again();
        }
        // If that fails, the watchdog, which is dropped next, does better.
        let _ = self.stop(StopMode::Immediate);
    }
}
