//! What has been tried of a migration, so that it ends.

use super::MIGRATE;
use crate::error::{Error, ErrorKind};
use crate::plan::Step;
use crate::statement::Statement;

/// How often a step is done that changes nothing that is seen afterwards.
const REPEATS: usize = 3;

/// What an ingest has tried.
#[derive(Default)]
pub(super) struct Tries {
    /// How often something had to be looked at again because others changed it.
    pub(super) disturbed: usize,
    /// The steps that were done.
    pub(super) done: Vec<Step>,
}

impl Tries {
    /// An error if a step that is to be done was done often enough, be it with others in between.
    pub(super) fn check_repeated(&self, step: &Step) -> Result<(), Error> {
        if self.done.iter().filter(|done| *done == step).count() < REPEATS {
            return Ok(());
        }
        let purposes = step.statements().iter().map(Statement::purpose).collect::<Vec<_>>();
        let reason = format!(
            "the table is changed, and is then as it was before ({}): PostgreSQL shows the definition \
             in another way, or somebody undoes the change",
            purposes.join(", ")
        );
        let error = Error::new(ErrorKind::Unsupported { reason }, MIGRATE);
        Err(match step.statements() {
            [statement] => error.in_statement(statement.sql()),
            _ => error,
        })
    }
}
