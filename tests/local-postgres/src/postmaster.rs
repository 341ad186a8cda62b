use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use crate::Error;
use crate::process::{alive, children, poll, signal};

/// How long the server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the other processes of a killed server may take to notice.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(5);

const LINES_OF_LOG: usize = 30;

/// How a server is stopped: the modes of `pg_ctl stop`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// Waits until the clients have disconnected.
    Smart,
    /// Disconnects the clients, rolls their transactions back, and writes a checkpoint.
    Fast,
    /// Aborts at once; the next start is a crash recovery.
    Immediate,
}

impl StopMode {
    fn signal(self) -> &'static str {
        match self {
            Self::Smart => "TERM",
            Self::Fast => "INT",
            Self::Immediate => "QUIT",
        }
    }
}

/// The first process of a server that runs, our child.
#[derive(Debug)]
pub(crate) struct Postmaster {
    child: Child,
}

impl Postmaster {
    /// Spawns the server, in a process group of its own, since Ctrl-C is not meant for it.
    pub(crate) fn spawn(mut command: Command, log: &Path) -> Result<Self, Error> {
        let log = OpenOptions::new().create(true).append(true).open(log);
        let (stdout, stderr) = log
            .and_then(|log| Ok((log.try_clone()?, log)))
            .map_err(Error::io("open the log of the server"))?;
        let child = command
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .spawn()
            .map_err(Error::io("run postgres"))?;
        Ok(Self { child })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_alive(&mut self) -> Result<bool, Error> {
        let status = self.child.try_wait();
        Ok(status.map_err(Error::io("ask for the state of the server"))?.is_none())
    }

    /// Waits until the server accepts connections. `log_start`: where in its log this run begins.
    pub(crate) fn wait_until_ready(
        &mut self,
        pid_file: &Path,
        port: u16,
        log: &Path,
        log_start: u64,
    ) -> Result<(), Error> {
        let is_ready = poll(PATIENCE, || {
            if !self.is_alive()? {
                return Ok(Some(false));
            }
            Ok(is_ready(pid_file, self.pid()).then_some(true))
        })?;
        let cause = match is_ready {
            Some(true) => return Ok(()),
            Some(false) => "it ended".to_owned(),
            None => format!("it was not ready within {} s", PATIENCE.as_secs()),
        };
        let log = read_from(log, log_start);
        if log.contains("could not create any TCP/IP sockets") {
            return Err(Error::PortInUse { port });
        }
        let log = last_lines(&log);
        Err(Error::Start { cause, log })
    }

    /// Stops the server; on an error it still runs.
    pub(crate) fn stop(&mut self, mode: StopMode) -> Result<(), Error> {
        if !self.is_alive()? {
            return Ok(());
        }
        signal(self.pid(), mode.signal())?;
        let ended = poll(PATIENCE, || Ok((!self.is_alive()?).then_some(())))?;
        ended.ok_or(Error::StopTimeout { waited: PATIENCE })
    }

    /// Kills this process only, as `kill -9` does, and waits until the others have noticed.
    pub(crate) fn kill9(&mut self) -> Result<(), Error> {
        // Stopped first, so that it has no further child after we have listed them.
        signal(self.pid(), "STOP")?;
        let orphans = children(self.pid())?;
        self.kill()?;
        let gone = || poll(ORPHAN_PATIENCE, || Ok(alive(&orphans)?.is_empty().then_some(())));
        if gone()?.is_none() {
            // One that computes does not notice.
            for orphan in alive(&orphans)? {
                // It may have ended meanwhile.
                let _ = signal(orphan, "KILL");
            }
            gone()?;
        }
        Ok(())
    }

    /// Kills this process, whatever becomes of the others.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        self.child
            .kill()
            .and_then(|()| self.child.wait())
            .map(|_| ())
            .map_err(Error::io("kill the server"))
    }
}

/// In the server's pid file, the first line is its process id, the eighth what it is doing.
fn is_ready(pid_file: &Path, pid: u32) -> bool {
    fs::read_to_string(pid_file).is_ok_and(|text| {
        let mut lines = text.lines().map(str::trim);
        lines.next() == Some(&pid.to_string()) && lines.nth(6) == Some("ready")
    })
}

/// What is in a file from an offset on; nothing if it cannot be read.
fn read_from(path: &Path, offset: u64) -> String {
    let mut bytes = Vec::new();
    let _ = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(offset))?;
        file.read_to_end(&mut bytes)
    });
    String::from_utf8_lossy(&bytes).into_owned()
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES_OF_LOG)..].join("\n")
}
