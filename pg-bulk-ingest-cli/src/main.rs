//! `pg-bulk-ingest struct`: prints the structs of tables and files.

mod arguments;
mod catalog;
mod check;
mod constant;
mod data;
mod enum_type;
mod error;
mod index;
mod model;
mod name;
mod print;
mod rust_type;
mod table;

use arguments::{Command, Source, StructCommand};
use error::Error;
use model::Model;
use std::io::Write;
use std::process::ExitCode;

/// The exit code where `--check` found differences.
const DIFFERENT: u8 = 1;

fn main() -> ExitCode {
    let result = arguments::read(std::env::args_os().skip(1)).and_then(run);
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("pg-bulk-ingest: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(command: Command) -> Result<u8, Error> {
    match command {
        Command::Help => print(arguments::HELP),
        Command::Version => print(concat!("pg-bulk-ingest ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Struct(command) => {
            let model = model(&command)?;
            let text = print::print(&model);
            let Some(path) = &command.check else { return print(&text) };
            let differences = check::differences(path, &text)?;
            if differences.is_empty() {
                return Ok(0);
            }
            print(&differences.join("\n"))?;
            print("\n")?;
            Ok(DIFFERENT)
        }
    }
}

/// What all the sources are, in their order.
fn model(command: &StructCommand) -> Result<Model, Error> {
    let mut model = Model::default();
    let tables: Vec<_> = command.sources.iter().filter_map(Source::table).collect();
    if !tables.is_empty() {
        for table in catalog::read(command.database.as_deref(), &tables)? {
            table::add(&table, command.choices, &mut model);
        }
    }
    for path in command.sources.iter().filter_map(Source::file) {
        data::add(path, command.delimiter, command.choices, &mut model)?;
    }
    Ok(model)
}

/// Writes to standard output. That its reader has gone, as `head` does, is no error.
fn print(text: &str) -> Result<u8, Error> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(0),
    }
}
