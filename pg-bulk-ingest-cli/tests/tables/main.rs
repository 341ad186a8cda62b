//! Tables of every kind: what is printed of them compiles, is what is checked in, and is a struct whose
//! ingest finds nothing to change.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, missing_docs)]

mod files;
mod generated;
mod look;
mod messages;
mod rows;

use look::Look;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::{Database, assert_same, snapshot, version};

/// The program, which knows of no database but the one that it is told.
fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pg-bulk-ingest"));
    command.env_remove("DATABASE_URL").args(arguments).output().unwrap()
}

/// What the program prints.
#[track_caller]
fn printed(arguments: &[&str]) -> String {
    let output = program(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Where the tables of a name are defined, and the structs that are printed of them.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables").join(name)
}

/// A function behind the structs, by which each of them is looked at.
fn with_list(structs: &str) -> String {
    let names = structs.lines().filter_map(|line| line.strip_prefix("pub struct "));
    let names = names.map(|line| line.trim_end_matches(" {"));
    let each: String = names.map(|name| format!("    look.at::<{name}>().await;\n")).collect();
    format!("{structs}\npub async fn each(look: &mut crate::look::Look) {{\n{each}}}\n")
}

/// All tables of all schemas of a database, but of extensions' own.
async fn schemas(database: &Database) -> Vec<String> {
    let sql = "SELECT DISTINCT relnamespace::regnamespace::text FROM pg_catalog.pg_class \
               WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' \
               ORDER BY 1";
    database.rows(sql).await.iter().map(|schema| format!("{schema}.*")).collect()
}

/// The structs of a database, compared with those that are checked in, or written there.
async fn structs(database: &Database, name: &str) -> String {
    let url = database.url();
    let mut arguments = vec!["struct", "--database", &url];
    let schemas = schemas(database).await;
    arguments.extend(schemas.iter().map(String::as_str));
    let text = with_list(&printed(&arguments));
    compared(name, &text);
    text
}

/// Compares what is printed with what is checked in, or writes it there.
#[track_caller]
fn compared(name: &str, text: &str) {
    let path = file("printed").join(name);
    if std::env::var_os("UPDATE_STRUCTS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&path).unwrap();
    let line = there.lines().zip(text.lines()).find(|(there, text)| there != text);
    assert!(
        there == text,
        "{name} is not what is printed, first at {line:#?}\nUPDATE_STRUCTS=1 writes it anew"
    );
}

/// Makes the tables of a file if the server has what they need, and returns what the looks at them need.
async fn made(name: &str, from: u32) -> Option<(Database, Look)> {
    if version() < from {
        return None;
    }
    let database = Database::new().await;
    database.execute(&std::fs::read_to_string(file(&format!("{name}.sql"))).unwrap()).await;
    let structs = structs(&database, &format!("{name}.rs")).await;
    let look = Look::new(&database, &structs).await;
    Some((database, look))
}

/// A test of the tables of a file.
macro_rules! tables {
    ($($name:ident, $file:ident, $from:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let Some((database, mut look)) = made(stringify!($file), $from).await else { return };
            let before = snapshot(&database).await;
            generated::$file::each(&mut look).await;
            assert_same(&before, &snapshot(&database).await, "after an ingest of each");
            look.check_file(&file(concat!("printed/", stringify!($file), ".rs")));
        }
    )*};
}

tables! {
    structs_of_tables_of_every_kind, from_10, 10;
    structs_of_what_postgresql_12_has, from_12, 12;
    structs_of_what_postgresql_15_has, from_15, 15;
    structs_of_what_postgresql_18_has, from_18, 18;
    structs_of_the_sample_database_pagila, pagila, 15;
}
