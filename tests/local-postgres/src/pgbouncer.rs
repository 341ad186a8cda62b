use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::account::Account;
use crate::process::poll;
use crate::programs::run;
use crate::watchdog::Watchdog;
use crate::{Error, folder, port};

/// Where the program is if it is not on `PATH`, as for ordinary users of Debian.
const USUAL: [&str; 4] = [
    "/usr/sbin/pgbouncer",
    "/usr/bin/pgbouncer",
    "/opt/homebrew/bin/pgbouncer",
    "/usr/local/bin/pgbouncer",
];

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often another process may be faster than us to take a free port.
const PORT_ATTEMPTS: usize = 20;

/// A PgBouncer before a server, on a free port of 127.0.0.1.
///
/// It takes the program that the environment variable `PGBOUNCER` names, else the one on `PATH`,
/// else that of the usual places. It lets everybody on this machine in, as the user that it is told.
/// It ends when this is dropped, or when the process ends without dropping it.
#[derive(Debug)]
#[must_use = "it is stopped when this is dropped"]
pub struct PgBouncer {
    child: Child,
    port: u16,
    version: String,
    watchdog: Watchdog,
}

impl PgBouncer {
    /// Starts one before a server: `server` says where that is, as `host=127.0.0.1 port=5432
    /// user=postgres`, to which the database is added that a client asks for. The settings are lines
    /// of its file.
    ///
    /// # Errors
    /// [`Error::NoPgBouncer`] if it is not installed; [`Error::Program`] if it does not start.
    pub fn start(server: &str, settings: &[(&str, &str)]) -> Result<Self, Error> {
        let program = program().ok_or(Error::NoPgBouncer)?;
        let account = Account::choose()?;
        let version = run(account.command(&program, Path::new("/")).arg("--version"))?;
        let version = version.lines().next().unwrap_or_default().to_owned();
        let folder = folder::create(&account)?;
        let watchdog = Watchdog::guard(&folder).inspect_err(|_| {
            // Nobody else will.
            let _ = fs::remove_dir_all(&folder);
        })?;
        let settings = settings.iter().map(|(name, value)| format!("{name} = {value}\n"));
        let settings = settings.collect::<String>();
        let log = folder.join("log");
        let mut last = String::new();
        let mut watchdog = Some(watchdog);
        for _ in 0..PORT_ATTEMPTS {
            let port = port::free();
            let text = format!(
                "[databases]\n* = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {port}\nunix_socket_dir =\nauth_type = any\n{settings}"
            );
            let file = folder.join("pgbouncer.ini");
            fs::write(&file, text).map_err(Error::io("write pgbouncer.ini"))?;
            let mut command = account.command(&program, &folder);
            let mut child = spawn(command.arg(&file), &log)?;
            if is_ready(&mut child, port)? {
                let mut watchdog = watchdog.take().ok_or(Error::NotRunning)?;
                watchdog.user_is(Some(child.id()))?;
                return Ok(Self { child, port, version, watchdog });
            }
            let _ = child.kill();
            let _ = child.wait();
            last = fs::read_to_string(&log).unwrap_or_default();
            if !last.contains("in use") {
                break;
            }
        }
        Err(Error::Program { program: program.display().to_string(), message: last })
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it says of its version: `PgBouncer 1.18.0`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its id may become another's.
        let _ = self.watchdog.user_is(None);
    }
}

fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PGBOUNCER").filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("pgbouncer"));
    on_path.chain(USUAL.map(PathBuf::from)).find(|program| program.is_file())
}

fn spawn(command: &mut Command, log: &Path) -> Result<Child, Error> {
    let log = File::create(log).and_then(|log| Ok((log.try_clone()?, log)));
    let (stdout, stderr) = log.map_err(Error::io("write the log of pgbouncer"))?;
    command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).process_group(0);
    command.spawn().map_err(Error::io("run pgbouncer"))
}

fn is_ready(child: &mut Child, port: u16) -> Result<bool, Error> {
    let ready = poll(PATIENCE, || {
        if child.try_wait().map_err(Error::io("ask for the state of pgbouncer"))?.is_some() {
            return Ok(Some(false));
        }
        Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok().then_some(true))
    })?;
    Ok(ready.unwrap_or(false))
}
