//! The Python package, installed once from its registry into the build's folder.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::{env, fs, io};
use tests::Database;

/// If it is set, a machine that cannot install the package is an error; otherwise the tests say that they
/// looked at nothing.
const REQUIRED: &str = "REQUIRE_PYTHON";

const REQUIREMENTS: &str = include_str!("requirements.txt");
const SCRIPTS: &str = include_str!("scripts.py");

/// What runs the scripts of all tests, one after another. It ends with its input, which ends with the tests.
static PROCESS: LazyLock<io::Result<Mutex<Process>>> =
    LazyLock::new(|| Process::start(&install()?).map(Mutex::new));

struct Process {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(packages: &Path) -> io::Result<Self> {
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", packages).args(["-c", SCRIPTS]);
        let mut child = spawned(python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn())?;
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Ok(Self { _child: child, input, output: BufReader::new(output) })
    }

    fn run(&mut self, url: &str, script: &str) -> Result<Vec<Value>, String> {
        writeln!(self.input, "{}", json!([url, script])).unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }
}

/// The Python package, for the database of a test.
pub(crate) struct Python {
    process: &'static Mutex<Process>,
    url: String,
}

impl Python {
    /// `None` if the package cannot be installed here.
    pub(crate) fn new(database: &Database) -> Option<Self> {
        match &*PROCESS {
            Ok(process) => Some(Self { process, url: database.url() }),
            Err(error) if env::var_os(REQUIRED).is_none() => {
                // Past what holds back the output of tests that pass.
                let _ = writeln!(io::stderr(), "not tested: the Python package: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Runs a script. Returns the high watermarks that its ingests began after.
    pub(crate) async fn run(&self, script: &str) -> Vec<Value> {
        self.result(script).await.unwrap_or_else(|error| panic!("{error}\n{script}"))
    }

    /// Runs a script of one ingest. Returns the high watermark that it began after.
    pub(crate) async fn ingest(&self, script: &str) -> Value {
        let mut began = self.run(script).await;
        assert_eq!(began.len(), 1, "{script}");
        began.remove(0)
    }

    /// Runs a script that fails. Returns what it says.
    pub(crate) async fn fails(&self, script: &str) -> String {
        self.result(script).await.unwrap_err()
    }

    async fn result(&self, script: &str) -> Result<Vec<Value>, String> {
        let (process, url, script) = (self.process, self.url.clone(), script.to_owned());
        // The test's own connections are served meanwhile.
        let run = tokio::task::spawn_blocking(move || process.lock().unwrap().run(&url, &script));
        run.await.unwrap()
    }
}

/// Installs the packages, unless they are there: first apart, as other processes may do so too.
fn install() -> io::Result<PathBuf> {
    let packages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let installed = |packages: &Path| packages.join("requirements.txt");
    if fs::read_to_string(installed(&packages)).is_ok_and(|list| list == REQUIREMENTS) {
        return Ok(packages);
    }
    let apart = packages.with_extension(std::process::id().to_string());
    let made = pip(&apart).and_then(|()| {
        let _ = fs::remove_dir_all(&packages);
        fs::write(installed(&apart), REQUIREMENTS)?;
        fs::rename(&apart, &packages)
    });
    let _ = fs::remove_dir_all(&apart);
    made.map(|()| packages)
}

fn pip(folder: &Path) -> io::Result<()> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/requirements.txt");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--retries=1", "--timeout=15", "--only-binary=:all:", "--target"]).arg(folder);
    let output = spawned(pip.arg("--requirement").arg(list).output())?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("pip cannot install it: {}", said.trim()))),
    }
}

fn spawned<T>(result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| io::Error::new(error.kind(), format!("python3: {error}")))
}
