use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::account::Account;

/// A socket's path may have about 100 bytes, of which `/.s.PGSQL.<port>.lock` takes 20.
const LONGEST_PARENT: usize = 64;

/// A number that differs at every call.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(())
}

/// Makes a new folder for the cluster, which only `account` may enter.
pub(crate) fn create(account: &Account) -> Result<PathBuf, Error> {
    let parent = parent(account);
    loop {
        let folder = parent.join(format!("pg-{:012x}", random() >> 16));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => {
                account.own(&folder)?;
                return Ok(folder);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(Error::io(format!("create the folder {}", folder.display()))(error));
            }
        }
    }
}

/// The folder for temporary files, unless it does not suit PostgreSQL.
fn parent(account: &Account) -> PathBuf {
    fs::canonicalize(std::env::temp_dir())
        .ok()
        .filter(|folder| has_simple_path(folder))
        .filter(|folder| matches!(account, Account::Own) || is_open_to_all(folder))
        .unwrap_or_else(|| PathBuf::from("/tmp"))
}

/// Short enough for a socket, and with no character that has a meaning in a list of folders.
fn has_simple_path(folder: &Path) -> bool {
    let path = folder.as_os_str().as_encoded_bytes();
    let is_simple = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+".contains(byte);
    path.len() <= LONGEST_PARENT && path.iter().all(is_simple)
}

/// Whether every user can get to what is in the folder.
fn is_open_to_all(folder: &Path) -> bool {
    folder.ancestors().all(|ancestor| {
        fs::metadata(ancestor).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
    })
}

#[cfg(test)]
mod tests {
    use super::has_simple_path;
    use std::path::Path;

    #[test]
    fn a_socket_folder_is_short_and_plain() {
        assert!(has_simple_path(Path::new("/var/folders/zz/a_b-c+d/T")));
        assert!(!has_simple_path(Path::new("/with space")));
        assert!(!has_simple_path(Path::new("/with,comma")));
        assert!(!has_simple_path(Path::new(&format!("/{}", "long".repeat(30)))));
    }
}
