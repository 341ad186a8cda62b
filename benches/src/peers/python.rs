//! The Python peers, in a process of their own that has the rows in memory.

use super::Peer;
use crate::measure::Cost;
use crate::settings::Settings;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::pin::Pin;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// What runs `python/peers.py`.
#[derive(Debug)]
pub(crate) struct Python {
    process: Child,
    /// Taken before the process is waited for.
    pipes: RefCell<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

/// The name of the Python package, without a key and with one.
pub(crate) const PACKAGE: &str = "Python: pg-bulk-ingest";

impl Python {
    /// Starts it, and has it read the rows of a table that is filled. `None` without the virtual
    /// environment that `python/prepare` makes.
    pub(crate) fn start(url: &str, table: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = folder.join("../target/python/bin/python");
        if !python.exists() {
            return None;
        }
        let mut process = Command::new(python)
            .arg(folder.join("python/peers.py"))
            .args([url, table])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let python = Self { process, pipes: RefCell::new(Some((input, output))) };
        assert_eq!(python.answer(), "ready");
        Some(python)
    }

    /// Has a peer load the rows.
    pub(crate) fn load(&self, peer: &str) -> Cost {
        if let Some((input, _)) = self.pipes.borrow_mut().as_mut() {
            writeln!(input, "{peer}").unwrap();
        }
        let answer = self.answer();
        let mut seconds = answer.split(' ').map(|seconds| seconds.parse().unwrap());
        let mut next = || Duration::from_secs_f64(seconds.next().unwrap());
        Cost { wall: next(), cpu: next() }
    }

    fn answer(&self) -> String {
        let mut line = String::new();
        if let Some((_, output)) = self.pipes.borrow_mut().as_mut() {
            output.read_line(&mut line).unwrap();
        }
        line.trim_end().to_owned()
    }

    /// The peers that load a table without a key.
    pub(crate) fn peers(&self) -> Vec<Box<dyn Peer + '_>> {
        [
            ("Python: asyncpg", "asyncpg"),
            ("Python: psycopg 3, binary", "psycopg"),
            (PACKAGE, "package"),
        ]
        .into_iter()
        .map(|(name, peer)| Box::new(PythonPeer { name, peer, python: self }) as Box<dyn Peer>)
        .collect()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It ends with its input.
        self.pipes.take();
        let _ = self.process.wait();
    }
}

struct PythonPeer<'p> {
    name: &'static str,
    peer: &'static str,
    python: &'p Python,
}

impl Peer for PythonPeer<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn load(&mut self) -> Pin<Box<dyn Future<Output = Cost> + '_>> {
        Box::pin(async { self.python.load(self.peer) })
    }

    fn makes_table(&self) -> bool {
        self.name == PACKAGE
    }

    fn rounds(&self, settings: &Settings) -> usize {
        settings.few()
    }
}
