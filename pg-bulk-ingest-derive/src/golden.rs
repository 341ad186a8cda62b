//! What inputs expand to. Each file of `golden/` is an input, a line, and its expansion; a file
//! with an input only is completed, and all are made anew, by `UPDATE_GOLDENS=1 cargo test`.

use crate::{enum_type, newtype, set, table};
use proc_macro2::TokenStream;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};
use syn::DeriveInput;

const LINE: &str = "\n// Expands to:\n\n";

fn files() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

fn expand(input: &str) -> Result<TokenStream, Box<dyn Error>> {
    let item: DeriveInput = syn::parse_str(input)?;
    let derives = |name: &str| input.contains(&format!("#[derive({name})]"));
    Ok(if derives("IngestTables") {
        set::derive(&item)
    } else if derives("IngestEnum") {
        enum_type::derive(&item)
    } else if derives("IngestColumn") {
        newtype::derive(&item)
    } else {
        table::derive(&item)
    })
}

#[test]
fn inputs_expand_to_what_the_files_say() -> Result<(), Box<dyn Error>> {
    let update = env::var_os("UPDATE_GOLDENS").is_some();
    for file in files()? {
        let text = fs::read_to_string(&file)?;
        let (input, expected) = text.split_once(LINE).unwrap_or((&text, ""));
        let expanded = prettyplease::unparse(&syn::parse2(expand(input)?)?);
        if update {
            fs::write(&file, format!("{input}{LINE}{expanded}"))?;
        } else {
            assert_eq!(expanded, expected, "{}: see the top of golden.rs", file.display());
        }
    }
    Ok(())
}

#[test]
fn the_default_path_of_the_library_is_not_used_where_another_is_given() -> Result<(), Box<dyn Error>>
{
    let fields = "#[ingest(primary_key)] a: T, #[ingest(json, sql_type = \"json\")] b: &'a T, \
                  #[ingest(to_sql, sql_type = \"x\")] c: T, #[ingest(flatten)] d: D<'a>, \
                  #[ingest(unique, index(desc, include(c)))] e: T }";
    for (derive, item, rest) in [
        ("IngestTable", "struct Row<'a, T> {", fields),
        ("IngestTable", "struct Row<'a, T> { #[ingest(mistake)]", fields),
        ("IngestTables", "enum Set<'a, T> {", "A(A<'a>), B(B<T>) }"),
        ("IngestEnum", "enum Mood {", "Sad }"),
        ("IngestEnum", "enum Mood { #[ingest(mistake)]", "Sad }"),
    ] {
        let input = format!("#[derive({derive})] #[ingest(crate = \"other\")] {item} {rest}");
        let expanded = expand(&input)?.to_string();
        assert!(expanded.contains("other :: __private"), "{expanded}");
        assert!(!expanded.contains("pg_bulk_ingest"), "{expanded}");
    }
    for fields in ["(T, #[ingest(skip)] u8);", "(T, T);"] {
        let input =
            format!("#[derive(IngestColumn)] #[ingest(crate = \"other\")] struct C<T>{fields}");
        let expanded = expand(&input)?.to_string();
        assert!(expanded.contains("other :: __private"), "{expanded}");
        assert!(!expanded.contains("pg_bulk_ingest"), "{expanded}");
    }
    Ok(())
}
