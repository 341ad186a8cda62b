use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;
use crate::account::Account;

/// The installed programs of a server.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    version: u32,
}

impl Programs {
    /// Also makes sure that the account can run them.
    pub(crate) fn in_folder(folder: PathBuf, account: &Account) -> Result<Self, Error> {
        let mut command = account.command(&folder.join("postgres"), Path::new("/"));
        let text = run(command.arg("--version"))?;
        let version = major_version(&text).ok_or_else(|| Error::Program {
            program: "postgres --version".to_owned(),
            message: format!("no version in {text:?}"),
        })?;
        Ok(Self { folder, version })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// Runs a program to its end and returns what it printed.
pub(crate) fn run(command: &mut Command) -> Result<String, Error> {
    run_watched(command, |_| Ok(()))
}

/// The same; once it runs, its process id is told.
pub(crate) fn run_watched(
    command: &mut Command,
    tell: impl FnOnce(u32) -> Result<(), Error>,
) -> Result<String, Error> {
    let program = Path::new(command.get_program()).display().to_string();
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.map_err(Error::io(format!("run {program}")))?;
    let told = tell(child.id());
    let output = child.wait_with_output().map_err(Error::io(format!("wait for {program}")))?;
    told?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let message = String::from_utf8_lossy(output.stderr.trim_ascii());
    Err(Error::Program { program, message: format!("{} ({})", message, output.status) })
}

/// From `postgres (PostgreSQL) 18beta1 (Debian …)`.
fn major_version(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    let end = version.find(|character: char| !character.is_ascii_digit());
    version[..end.unwrap_or(version.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn the_major_version_is_the_first_number() {
        for (text, version) in [
            ("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18beta1", Some(18)),
            ("postgres (PostgreSQL) 17\n", Some(17)),
            ("initdb: not found", None),
        ] {
            assert_eq!(major_version(text), version, "{text}");
        }
    }
}
