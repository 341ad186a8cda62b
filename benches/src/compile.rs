//! What the derive costs the compiler, beside serde's on the same structs.

use crate::measure::{Cost, Rounds};
use crate::settings::Settings;
use crate::target::Bound::AtMost;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

const SERDE: &str = "serde's Serialize";
const OURS: &str = "pg-bulk-ingest's IngestTable";

/// The contenders, each with its derive.
const DERIVES: [(&str, &str); 3] =
    [(SERDE, "serde::Serialize"), (OURS, "pg_bulk_ingest::IngestTable"), ("no derive", "Clone")];

/// The columns of each struct: five of each of these.
const TYPES: [&str; 6] = ["i32", "i64", "f64", "bool", "String", "Option<String>"];

pub(crate) fn run(settings: &Settings) {
    let structs = if settings.smoke { 2 } else { 100 };
    let folder = env::temp_dir().join(format!("pg-bulk-ingest-compile-{}", std::process::id()));
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    create(&folder, &workspace).unwrap();
    let mut rounds = Rounds::default();
    // The first build is that of the dependencies.
    build(&folder, &workspace, "");
    for _ in 0..settings.some() {
        for (contender, derive) in DERIVES {
            let wall = build(&folder, &workspace, &source(structs, derive));
            rounds.add(contender, Cost { wall, cpu: wall });
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    let title = format!("building {structs} structs of 30 columns");
    rounds.print(settings, &format!("{title} (cargo build)"));
    settings.target(format!("{title}, to serde"), AtMost(1.5), rounds.wall(OURS, SERDE));
}

/// A package of its own that depends on this library, with the versions that the workspace has, so
/// that what is built of them serves for both.
fn create(folder: &Path, workspace: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let library = fs::canonicalize(workspace.join("pg-bulk-ingest"))?;
    let manifest = format!(
        "[package]\nname = \"structs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [workspace]\n\n\
         [dependencies]\npg-bulk-ingest = {{ path = {library:?} }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n\n\
         [profile.dev.package.\"*\"]\ndebug = false\n",
    );
    fs::write(folder.join("Cargo.toml"), manifest)
}

/// The structs, with this derive.
fn source(structs: usize, derive: &str) -> String {
    let mut source = String::from("#![allow(dead_code)]\n");
    for number in 0..structs {
        let _ = writeln!(source, "#[derive({derive})]\npub struct S{number} {{");
        for column in 0..30 {
            let _ = writeln!(source, "    pub column_{column}: {},", TYPES[column % TYPES.len()]);
        }
        source.push_str("}\n");
    }
    source
}

/// Builds the package with this source; only itself, once its dependencies are built.
fn build(folder: &Path, workspace: &Path, source: &str) -> Duration {
    fs::write(folder.join("src/lib.rs"), source).unwrap();
    let target = env::var_os("CARGO_TARGET_DIR").map_or(workspace.join("target"), PathBuf::from);
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let start = Instant::now();
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(status.success(), "the structs do not compile");
    start.elapsed()
}
