//! What is said where nothing is printed.

use crate::{file, printed, program};
use std::process::Command;
use tests::Database;

/// Exit code, and what is on standard error.
fn failure(arguments: &[&str]) -> (i32, String) {
    let output = program(arguments);
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn help_names_all_options_and_exit_codes() {
    let help = printed(&["--help"]);
    for word in ["--database", "--check", "--dates", "--decimals", "--delimiter", "EXIT CODES"] {
        assert!(help.contains(word), "{word}");
    }
    assert_eq!(printed(&["struct", "--help"]), help);
    assert!(help.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let url = "postgres://somebody:s3cret@127.0.0.1:1/shop";
    let (code, message) = failure(&["struct", "--database", url, "a.b"]);
    assert_eq!(code, 3);
    assert!(message.contains("database `shop` at 127.0.0.1:1"), "{message}");
    assert!(!message.contains("s3cret"), "{message}");
    for url in ["postgres://a:s3cret@[", "password=x s3cret host=h", "host=h port=s3cret"] {
        let (code, message) = failure(&["struct", "--database", url, "a.b"]);
        assert_eq!(code, 2);
        assert!(!message.contains("s3cret"), "{message}");
    }
    let url = "postgres://a:s3cret@localhost/b?sslmode=require";
    let (code, message) = failure(&["struct", "--database", url, "a.b"]);
    assert!(code == 3 && message.contains("TLS") && !message.contains("s3cret"), "{message}");
    let (code, message) = failure(&["struct", "a.b"]);
    assert!(code == 2 && message.contains("DATABASE_URL"), "{message}");
}

#[tokio::test]
async fn what_is_no_table_is_named() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE one (a integer); CREATE VIEW two AS SELECT 1 AS a; CREATE TABLE three ()",
        )
        .await;
    let url = database.url();
    for (source, named) in [
        ("public.none", "there is no table `public.none`"),
        ("Public.ONE", "there is `public.one`, as names count by case"),
        ("public.two", "`public.two` is a view"),
        ("three", "`public.three` is a table without columns"),
        ("nowhere.*", "no tables in a schema `nowhere`"),
    ] {
        let (code, message) = failure(&["struct", "--database", &url, source]);
        assert!(code == 3 && message.contains(named), "{message}");
    }
}

#[tokio::test]
async fn a_check_names_what_differs() {
    let database = Database::new().await;
    database.execute("CREATE TABLE shops (id integer PRIMARY KEY, name text)").await;
    let url = database.url();
    let path = std::env::temp_dir().join(format!("structs-{}.rs", database.name()));
    let path_text = path.to_str().unwrap();
    std::fs::write(&path, printed(&["struct", "--database", &url, "shops"])).unwrap();
    let arguments = ["struct", "--database", &url, "--check", path_text, "shops"];
    assert_eq!(printed(&arguments), "");
    database.execute("ALTER TABLE shops ALTER name SET NOT NULL, ADD opened date; CREATE INDEX ON shops (name)").await;
    let output = program(&arguments);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!(
            "public.shops: column \"name\" is String, and in {path_text} Option<String>\n\
             public.shops: column \"opened\" is not in {path_text}: Option<NaiveDate>\n\
             public.shops: index(\"name\") is not in {path_text}: one\n"
        )
    );
    std::fs::write(&path, "struct {").unwrap();
    let (code, message) = failure(&arguments);
    assert!(code == 3 && message.contains(":1:8: "), "{message}");
    std::fs::remove_file(&path).unwrap();
}

/// The first block of code in this language.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let (_, after) = text.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0
}

#[tokio::test]
async fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string(file("../../README.md")).unwrap();
    let database = Database::new().await;
    let schema = "CREATE SCHEMA sales;";
    database.execute(&format!("{schema}{}", block(&readme, "sql"))).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_pg-bulk-ingest"));
    command.env("DATABASE_URL", database.url()).args(["struct", "sales.orders"]);
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), block(&readme, "rust"));
}
