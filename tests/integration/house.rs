//! The shape of the library's code: layers, and the size of its files.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers, from the lowest: a module imports only from its own and lower ones.
const LAYERS: &[&[&str]] = &[
    &["error", "finite", "ident", "statement", "wait"],
    &["batch", "definition", "options", "report", "settings"],
    &["catalog", "encode"],
    &["change", "compare", "made", "table"],
    &[
        "carry",
        "comment",
        "lock",
        "merge",
        "partition",
        "plan",
        "publish",
        "rejects",
        "version",
        "views",
        "watermark",
    ],
    &["deadline"],
    &["conn"],
    &["connections"],
    &["copy", "execute", "hook", "resolve"],
    &["session", "source"],
    &["fuzz", "ingest"],
    &["lib"],
];

/// The modules that may hold a connection.
const CONNECTED: &[&str] =
    &["conn", "connections", "copy", "deadline", "execute", "hook", "ingest", "resolve", "session"];

/// What SQL begins with.
const STATEMENTS: &[&str] = &[
    "\"SELECT ",
    "\"INSERT ",
    "\"CREATE TABLE",
    "\"CREATE SCHEMA",
    "\"CREATE TYPE",
    "\"ALTER ",
    "\"DROP ",
    "\"LOCK ",
    "\"SAVEPOINT ",
    "\"COMMENT ",
];

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The library's files, each with its top module and its text.
fn modules() -> Vec<(PathBuf, String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pg-bulk-ingest/src");
    let mut files = Vec::new();
    source_files(&source, &mut files);
    files.sort();
    let module = |path: PathBuf| {
        let inner = path.strip_prefix(&source).unwrap();
        let top = Path::new(inner.components().next().unwrap().as_os_str());
        let module = top.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        (path, module, text)
    };
    files.into_iter().map(module).collect()
}

#[test]
fn a_module_imports_only_from_its_own_layer_and_lower_ones() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    for (path, module, text) in modules() {
        let own = layer(&module).unwrap_or_else(|| panic!("{path:?} is in no layer"));
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let imported = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
                let Some(imported) = imported.and_then(layer) else { continue };
                assert!(imported <= own, "{path:?}: {line}");
            }
        }
    }
}

#[test]
fn few_modules_hold_a_connection() {
    for (path, module, text) in modules() {
        if !CONNECTED.contains(&module.as_str()) {
            for connection in ["Transaction<", "Client,", "&mut Client", ".await"] {
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let found = code.filter(|line| line.contains(connection)).collect::<Vec<_>>();
                assert!(found.is_empty() || module == "source", "{path:?}: {found:?}");
            }
        }
    }
}

/// The modules whose public methods programs call. Those of the others are called by what is derived.
const CALLED: &[&str] = &[
    "batch",
    "change",
    "error",
    "hook",
    "ingest",
    "options",
    "report",
    "resolve",
    "session",
    "statement",
];

#[test]
fn each_public_method_has_an_example() {
    for (path, module, text) in modules() {
        if !CALLED.contains(&module.as_str()) {
            continue;
        }
        let mut docs = Vec::new();
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("///") || line.starts_with("#[") {
                docs.push(line);
                continue;
            }
            let is_public = ["pub fn ", "pub const fn ", "pub async fn "];
            if is_public.iter().any(|public| line.starts_with(public)) {
                assert!(docs.iter().any(|doc| doc.contains("```")), "{path:?}: {line}");
            }
            docs.clear();
        }
    }
}

/// How messages are sent to the server.
const SENDS: &[&str] = &[
    ".simple_query",
    ".batch_execute(",
    ".query_typed(",
    ".copy_in(",
    ".build_transaction(",
    ".transaction().await",
    ".commit().await",
    ".rollback().await",
    "answer(",
];

#[test]
fn one_module_speaks_to_the_server() {
    for (path, module, text) in modules() {
        if matches!(module.as_str(), "conn" | "deadline") {
            continue;
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(SENDS.iter().all(|send| !line.contains(send)), "{path:?}: {line}");
        }
    }
}

#[test]
fn sql_is_written_by_pure_functions() {
    for (path, module, text) in modules() {
        if CONNECTED.contains(&module.as_str()) {
            let code = text.split("#[cfg(test)]").next().unwrap().lines();
            let code = code.filter(|line| !line.trim_start().starts_with("//"));
            let text = code.collect::<Vec<_>>().join("\n");
            for keyword in STATEMENTS {
                assert!(!text.contains(keyword), "{path:?} contains {keyword}");
            }
        }
    }
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    let packages =
        ["pg-bulk-ingest", "pg-bulk-ingest-derive", "pg-bulk-ingest-cli", "pg-bulk-ingest-arrow"];
    for folder in packages.into_iter().chain(["tests", "benches", "examples"]) {
        source_files(&root.join(folder), &mut files);
    }
    // What is printed of tables is as long as there are tables.
    files.retain(|path| !path.parent().unwrap().ends_with("printed"));
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() <= 400, "{path:?}");
    }
}
