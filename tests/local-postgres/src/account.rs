use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;

/// The account under which the programs of the server run.
#[derive(Debug)]
pub(crate) enum Account {
    /// Ours: that of an ordinary user.
    Own,
    /// Another one, since we are root, which PostgreSQL refuses.
    Unprivileged { uid: u32, gid: u32 },
}

impl Account {
    pub(crate) fn choose() -> Result<Self, Error> {
        let id = Command::new("id").arg("-u").output().map_err(Error::io("run id -u"))?;
        if id.stdout.trim_ascii() != b"0" {
            return Ok(Self::Own);
        }
        let passwd = fs::read_to_string("/etc/passwd").map_err(Error::io("read /etc/passwd"))?;
        unprivileged(&passwd).ok_or(Error::NoUnprivilegedUser)
    }

    /// A command of this account, with nothing of our terminal, and none of the environment
    /// variables by which PostgreSQL's programs would turn to another server.
    pub(crate) fn command(&self, program: &Path, directory: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if is_for_libpq(&name) {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir(directory).stdin(Stdio::null());
        if let Self::Unprivileged { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Makes this account the owner of a file or folder.
    pub(crate) fn own(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Own => Ok(()),
            Self::Unprivileged { uid, gid } => chown(path, Some(*uid), Some(*gid))
                .map_err(Error::io(format!("change the owner of {}", path.display()))),
        }
    }
}

fn is_for_libpq(variable: &OsStr) -> bool {
    variable.as_encoded_bytes().starts_with(b"PG")
}

/// The user `postgres`, else `nobody`.
fn unprivileged(passwd: &str) -> Option<Account> {
    ["postgres", "nobody"].iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let (uid, gid) = (fields.nth(1)?, fields.next()?);
            (name == *wanted)
                .then_some(Account::Unprivileged { uid: number(uid)?, gid: number(gid)? })
        })
    })
}

/// macOS writes the ids of `nobody` as -2.
fn number(id: &str) -> Option<u32> {
    let signed = || id.parse().ok().map(i32::cast_unsigned);
    id.parse().ok().or_else(signed)
}

#[cfg(test)]
mod tests {
    use super::{Account, unprivileged};

    fn ids(passwd: &str) -> Option<(u32, u32)> {
        match unprivileged(passwd)? {
            Account::Unprivileged { uid, gid } => Some((uid, gid)),
            Account::Own => None,
        }
    }

    #[test]
    fn the_user_postgres_is_preferred_to_nobody() {
        let nobody = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n";
        assert_eq!(ids(nobody), Some((65534, 65533)));
        let both = format!("{nobody}postgres:x:101:104::/var/lib/postgresql:/bin/sh\n");
        assert_eq!(ids(&both), Some((101, 104)));
        assert_eq!(ids("nobody:*:-2:-2::/:/bin/false"), Some((u32::MAX - 1, u32::MAX - 1)));
        assert_eq!(ids("root:x:0:0:root:/root:/bin/sh"), None);
    }
}
