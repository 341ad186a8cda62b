//! The command line.

use crate::error::Error;
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What `--help` prints.
pub(crate) const HELP: &str = include_str!("help.txt");

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    Struct(StructCommand),
}

/// `struct`
#[derive(Debug, Default)]
pub(crate) struct StructCommand {
    pub(crate) database: Option<String>,
    pub(crate) check: Option<PathBuf>,
    pub(crate) choices: Choices,
    pub(crate) delimiter: Option<u8>,
    pub(crate) sources: Vec<Source>,
}

/// Which crates' types are printed, where several crates have them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Choices {
    pub(crate) dates: Dates,
    pub(crate) decimals: Decimals,
}

/// The crate of dates and times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Dates {
    #[default]
    Chrono,
    Time,
    Jiff,
}

/// The crate of decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Decimals {
    #[default]
    RustDecimal,
    BigDecimal,
}

/// What a struct is printed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Table(TableName),
    File(PathBuf),
}

/// A table by its names, or all tables of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableName {
    pub(crate) schema: String,
    /// `None`: all.
    pub(crate) table: Option<String>,
}

impl Source {
    pub(crate) fn table(&self) -> Option<&TableName> {
        match self {
            Self::Table(name) => Some(name),
            Self::File(_) => None,
        }
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Table(_) => None,
            Self::File(path) => Some(path),
        }
    }
}

/// Reads the arguments, without the name of the program.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Error> {
    let mut parser = Parser::from_args(arguments);
    let mut command = None;
    let mut read = StructCommand::default();
    while let Some(argument) = parser.next().map_err(|error| usage(&error))? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Long("database") => read.database = Some(text(&mut parser)?),
            Arg::Long("check") => {
                read.check = Some(parser.value().map_err(|error| usage(&error))?.into());
            }
            Arg::Long("dates") => {
                read.choices.dates = match text(&mut parser)?.as_str() {
                    "chrono" => Dates::Chrono,
                    "time" => Dates::Time,
                    "jiff" => Dates::Jiff,
                    other => return Err(choice("--dates", "chrono, time or jiff", other)),
                }
            }
            Arg::Long("decimals") => {
                read.choices.decimals = match text(&mut parser)?.as_str() {
                    "rust_decimal" => Decimals::RustDecimal,
                    "bigdecimal" => Decimals::BigDecimal,
                    other => return Err(choice("--decimals", "rust_decimal or bigdecimal", other)),
                }
            }
            Arg::Long("delimiter") => {
                let given = text(&mut parser)?;
                read.delimiter = Some(match given.as_bytes() {
                    b"\\t" => b'\t',
                    [delimiter] => *delimiter,
                    _ => return Err(choice("--delimiter", "one ASCII character", &given)),
                });
            }
            Arg::Value(value) if command.is_none() => {
                let value = value.to_string_lossy().into_owned();
                if value != "struct" {
                    return Err(Error::usage(format!(
                        "there is no command `{value}`: the command is `struct`"
                    )));
                }
                command = Some(value);
            }
            Arg::Value(value) => read.sources.push(source(value)?),
            unknown => return Err(usage(&unknown.unexpected())),
        }
    }
    if command.is_none() {
        return Err(Error::usage("no command is given: `pg-bulk-ingest struct schema.table`"));
    }
    if read.sources.is_empty() {
        return Err(Error::usage(
            "no table and no file is given: `pg-bulk-ingest struct schema.table`",
        ));
    }
    Ok(Command::Struct(read))
}

fn usage(error: &lexopt::Error) -> Error {
    Error::usage(error.to_string())
}

fn choice(option: &str, choices: &str, given: &str) -> Error {
    Error::usage(format!("`{option}` is {choices}, not `{given}`"))
}

fn text(parser: &mut Parser) -> Result<String, Error> {
    // The error of a value that is no UTF-8 would show it, and it may be a URL with a password.
    let value = parser.value().map_err(|error| usage(&error))?;
    value.string().map_err(|_| Error::usage("the value of an option is not UTF-8"))
}

/// What the names of files end with.
pub(crate) const EXTENSIONS: [&str; 5] = ["csv", "tsv", "ndjson", "jsonl", "parquet"];

/// Whether this names a file: it has the ending of one that can be read, or a folder.
fn source(value: OsString) -> Result<Source, Error> {
    let path = PathBuf::from(value);
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let is_file = extension.is_some_and(|known| EXTENSIONS.contains(&known.as_str()));
    if is_file || path.components().count() > 1 {
        return Ok(Source::File(path));
    }
    let Some(name) = path.to_str() else {
        return Err(Error::usage(format!("`{}` is not UTF-8", path.display())));
    };
    table_name(name).map(Source::Table)
}

/// `schema.table`, either in quotes if it has a dot or a quote in it.
fn table_name(given: &str) -> Result<TableName, Error> {
    let wrong = || {
        Error::usage(format!(
            "`{given}` is no table: write `schema.table`, or `schema.*` for all of a schema"
        ))
    };
    let (mut parts, mut quoted) = (vec![String::new()], false);
    let mut characters = given.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => push(&mut parts, '"'),
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            other => push(&mut parts, other),
        }
    }
    if quoted || parts.iter().any(String::is_empty) {
        return Err(wrong());
    }
    let all = given.ends_with(".*");
    match <[String; 2]>::try_from(parts) {
        Ok([schema, _]) if all => Ok(TableName { schema, table: None }),
        Ok([schema, table]) => Ok(TableName { schema, table: Some(table) }),
        Err(parts) => match <[String; 1]>::try_from(parts) {
            Ok([table]) => Ok(TableName { schema: "public".to_owned(), table: Some(table) }),
            Err(_) => Err(wrong()),
        },
    }
}

fn push(parts: &mut [String], character: char) {
    if let Some(last) = parts.last_mut() {
        last.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Source, read, table_name};

    #[test]
    fn tables_are_named_with_their_schemas_or_without() {
        for (given, schema, table) in [
            ("sales.orders", "sales", Some("orders")),
            ("orders", "public", Some("orders")),
            ("Sales.Order", "Sales", Some("Order")),
            (r#""my.schema"."t""x""#, "my.schema", Some("t\"x")),
            ("sales.*", "sales", None),
            (r#"sales."*""#, "sales", Some("*")),
        ] {
            let name = table_name(given).unwrap();
            assert_eq!((name.schema.as_str(), name.table.as_deref()), (schema, table), "{given}");
        }
        for given in ["", "a.", ".b", "a.b.c", "\"a", "a..b"] {
            assert!(table_name(given).is_err(), "{given}");
        }
    }

    #[test]
    fn files_are_known_by_their_endings() {
        let sources = |given: &str| match read(["struct", given].map(Into::into)) {
            Ok(Command::Struct(command)) => command.sources,
            other => panic!("{other:?}"),
        };
        for given in ["orders.csv", "ORDERS.CSV", "./orders.jsonl", "data/orders.txt"] {
            assert!(matches!(sources(given).as_slice(), [Source::File(_)]), "{given}");
        }
        assert!(matches!(sources("csv.orders").as_slice(), [Source::Table(_)]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (given, named) in [
            (&["structs"][..], "`structs`"),
            (&["struct"], "no table"),
            (&[], "no command"),
            (&["struct", "--dates", "joda", "a.b"], "`joda`"),
            (&["struct", "--delimiter", "::", "a.csv"], "`::`"),
            (&["struct", "--verbose", "a.b"], "--verbose"),
        ] {
            let message = read(given.iter().map(Into::into)).unwrap_err().to_string();
            assert!(message.contains(named), "{message}");
        }
    }
}
