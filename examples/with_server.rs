//! Starts a throw-away server, runs a command with its address in `DATABASE_URL`, and ends with the exit code of
//! the command: `cargo run --example with_server -- psql`. Without a command it starts a server, says which
//! version it is, and stops it.

use local_postgres::LocalPostgres;
use std::process::{Command, ExitCode};

fn main() -> anyhow::Result<ExitCode> {
    let server = LocalPostgres::start()?;
    let mut words = std::env::args_os().skip(1);
    let Some(program) = words.next() else {
        println!("a server of version {} started, and stops now", server.version()?);
        return Ok(ExitCode::SUCCESS);
    };
    let status =
        Command::new(program).args(words).env("DATABASE_URL", server.default_url()).status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
