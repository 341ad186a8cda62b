//! The hook just before a batch is visible.

use super::target::Target;
use crate::catalog;
use crate::error::{Error, ErrorKind};
use crate::execute::numbers;
use crate::hook::{BeforeVisible, Hook, HookTable};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

/// Runs the hook, and makes sure that it left the transaction as it was.
pub(super) async fn run_hook<M, H: Hook<M>>(
    transaction: &Transaction<'_>,
    targets: &[Target],
    hook: &mut H,
    metadata: M,
) -> Result<(), Error> {
    let action = "cannot run the hook";
    let table = |target: &Target| {
        let actual = target.current.as_ref().map_or(&target.name, |current| &current.name);
        HookTable { name: target.name.clone(), loaded_as: actual.clone() }
    };
    let tables = targets.iter().map(table).collect::<Vec<_>>();
    let before = BeforeVisible { transaction, tables: &tables, metadata };
    let Some(hook) = hook.call(before) else {
        return Ok(());
    };
    let id = catalog::transaction::id();
    let [before] = numbers(transaction, id, action).await?;
    hook.await.map_err(|source| Error::new(ErrorKind::Hook, action).caused_by(source))?;
    check_transaction(transaction, before, action).await
}

/// Makes sure that a hook left the transaction of this id as it was.
pub(super) async fn check_transaction(
    transaction: &Transaction<'_>,
    before: u64,
    action: &'static str,
) -> Result<(), Error> {
    match numbers(transaction, catalog::transaction::id(), action).await {
        Ok([after]) if after == before => Ok(()),
        Ok(_) => Err(Error::new(ErrorKind::TransactionEnded, action)),
        Err(error) if error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => {
            Err(Error::new(ErrorKind::TransactionEnded, action))
        }
        Err(error) => Err(error),
    }
}
