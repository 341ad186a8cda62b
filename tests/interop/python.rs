//! The Python package, installed once from its registry into the build's folder.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs, io};
use tests::Database;

/// If it is set, a machine that cannot install the package is an error; otherwise the tests say that they
/// looked at nothing.
const REQUIRED: &str = "REQUIRE_PYTHON";

const REQUIREMENTS: &str = include_str!("requirements.txt");
const PRELUDE: &str = include_str!("prelude.py");

static INSTALLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(install);

/// The Python package beside a test's database.
pub(crate) struct Python {
    packages: &'static Path,
    url: String,
}

impl Python {
    /// The package, for a database. `None` if it cannot be installed here.
    pub(crate) fn new(database: &Database) -> Option<Self> {
        match &*INSTALLED {
            Ok(packages) => Some(Self { packages, url: database.url() }),
            Err(error) if env::var_os(REQUIRED).is_none() => {
                // Past what holds back the output of tests that pass.
                let _ = writeln!(io::stderr(), "not tested: the Python package: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Runs a script after the prelude. Returns the high watermarks that its ingests began after.
    pub(crate) async fn run(&self, script: &str) -> Vec<Value> {
        let output = self.output(script).await;
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Runs a script of one ingest. Returns the high watermark that it began after.
    pub(crate) async fn ingest(&self, script: &str) -> Value {
        let mut after = self.run(script).await;
        assert_eq!(after.len(), 1, "{script}");
        after.remove(0)
    }

    /// Runs a script that fails. Returns what it says.
    pub(crate) async fn fails(&self, script: &str) -> String {
        let output = self.output(script).await;
        assert!(!output.status.success(), "{script}");
        String::from_utf8(output.stderr).unwrap()
    }

    async fn output(&self, script: &str) -> Output {
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", self.packages).args(["-c", &format!("{PRELUDE}\n{script}")]);
        python.arg(&self.url);
        // The test's own connection is served meanwhile.
        tokio::task::spawn_blocking(move || python.output()).await.unwrap().unwrap()
    }
}

/// Installs the packages, unless they are there: first apart, as other processes may do so too.
fn install() -> Result<PathBuf, String> {
    let packages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let installed = packages.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(packages);
    }
    let apart = packages.with_extension(std::process::id().to_string());
    let made = pip(&apart).and_then(|()| {
        let _ = fs::remove_dir_all(&packages);
        fs::write(apart.join("requirements.txt"), REQUIREMENTS)?;
        fs::rename(&apart, &packages)
    });
    let _ = fs::remove_dir_all(&apart);
    made.map(|()| packages).map_err(|error| error.to_string())
}

fn pip(folder: &Path) -> io::Result<()> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/requirements.txt");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--no-warn-script-location", "--root-user-action=ignore"]);
    pip.args(["--retries=1", "--timeout=15", "--only-binary=:all:", "--target"]).arg(folder);
    let output = pip.arg("--requirement").arg(list).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("pip cannot install it: {}", said.trim()))),
    }
}
