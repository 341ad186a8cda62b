//! What the derives say of wrong structs. Those that compile are tests of their own, as each has a
//! crate's attributes, and are run.
#![allow(missing_docs)]

use std::fs;
use std::path::Path;

/// The messages are those of the compiler that they were written with; others word them, and point
/// at them, in their own way.
#[test]
fn mistakes_are_reported_where_they_are() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn each_struct_that_compiles_is_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for file in fs::read_dir(folder.join("pass")).unwrap() {
        let name = file.unwrap().file_name();
        let line = format!("path = \"pass/{}\"", name.to_str().unwrap());
        assert!(manifest.contains(&line), "Cargo.toml lacks a test with {line}");
    }
}
