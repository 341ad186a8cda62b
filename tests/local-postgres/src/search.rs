use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// What a folder must have to be that of a server.
const PROGRAMS: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// Debian; the packages of postgresql.org for Fedora; Fedora; Homebrew on ARM and on Intel;
/// Postgres.app.
const INSTALL_FOLDERS: [&str; 6] = [
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/latest/bin",
];

/// All that decides which server is found.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// `DATABASE_URL`
    pub(crate) database_url: Option<String>,
    /// `PG_BIN`
    pub(crate) pg_bin: Option<PathBuf>,
    /// What `pg_config --bindir` prints.
    pub(crate) pg_config: Option<PathBuf>,
    /// `PATH`
    pub(crate) path: Vec<PathBuf>,
    /// The root of the file system, in which the usual install folders are.
    pub(crate) root: PathBuf,
}

impl Environment {
    pub(crate) fn of_this_process() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            database_url: variable("DATABASE_URL").map(|url| url.to_string_lossy().into_owned()),
            pg_bin: variable("PG_BIN").map(PathBuf::from),
            pg_config: pg_config_bindir(),
            path: variable("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default(),
            root: PathBuf::from("/"),
        }
    }
}

fn pg_config_bindir() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(folder.trim()))
}

#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// The URL of a running server.
    Running(String),
    /// The folder of a server's programs.
    Programs(PathBuf),
    Nothing,
}

pub(crate) fn search(environment: &Environment) -> Result<Found, Error> {
    if let Some(url) = &environment.database_url {
        return Ok(Found::Running(url.clone()));
    }
    if let Some(folder) = &environment.pg_bin {
        return match missing(folder) {
            None => Ok(Found::Programs(folder.clone())),
            Some(missing) => Err(Error::PgBin { folder: folder.clone(), missing }),
        };
    }
    // What is on PATH may be a link into the folder that has the others.
    let on_path = environment.path.iter().filter_map(|folder| {
        let program = fs::canonicalize(folder.join("postgres")).ok()?;
        program.parent().map(Path::to_owned)
    });
    let installed = INSTALL_FOLDERS.iter().flat_map(|pattern| matching(&environment.root, pattern));
    Ok(environment
        .pg_config
        .iter()
        .cloned()
        .chain(on_path)
        .chain(installed)
        .find(|folder| missing(folder).is_none())
        .map_or(Found::Nothing, Found::Programs))
}

/// The first of the server's programs that the folder lacks.
pub(crate) fn missing(folder: &Path) -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| !folder.join(program).is_file())
}

/// The folders in `root` that match a pattern with at most one `*`, which stands for a version,
/// the newest first.
pub(crate) fn matching(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![root.join(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let parent = root.join(parent);
    let mut versions: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(&parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let version = version(name.to_str()?.strip_prefix(prefix)?)?;
            let folder = parent.join(&name).join(after.trim_start_matches('/'));
            Some((version, folder))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// `9.6` is older than `10`.
fn version(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

/// The path of `name` in the folder, else `name` itself, to be looked up on `PATH`.
pub(crate) fn program(folder: Option<&Path>, name: &str) -> PathBuf {
    folder
        .map(|folder| folder.join(OsStr::new(name)))
        .filter(|path| path.is_file())
        .unwrap_or_else(|| PathBuf::from(name))
}

#[cfg(test)]
mod tests;
