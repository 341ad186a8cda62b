//! What is said where nothing can be printed.

use std::fmt;

/// A message for whoever called the program, and its exit code.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    exit_code: u8,
}

impl Error {
    /// The command line is wrong: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        let message = format!("{}\n`pg-bulk-ingest --help` says what there is.", message.into());
        Self { message, exit_code: 2 }
    }

    /// What was asked for cannot be read: exit code 3.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit_code: 3 }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
