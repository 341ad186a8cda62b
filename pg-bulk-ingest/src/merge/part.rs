//! Tables for the rows that go over further connections: committed, but not to be seen by others
//! than the ingest that made them.
//!
//! Their names begin with the digest of the name of the table that the rows are for. Who holds that
//! table's advisory lock knows that no other ingest of it is under way, and so that whatever table
//! of such a name there is was left behind.

use super::Staging;
use crate::definition::Table;
use crate::ident::{Ident, Literal, QualifiedName, list};
use crate::plan::{Keeping, create_fresh};
use crate::statement::{LockMode, Statement};

/// Begins the transaction of a further connection. Its commit need not be durable before the
/// batch's is, which comes later in the same log.
pub(crate) const BEGIN: &str =
    "START TRANSACTION ISOLATION LEVEL READ COMMITTED;\nSET LOCAL synchronous_commit = off";
/// Returns the id of the transaction, and commits it.
pub(crate) const COMMIT: &str = "SELECT pg_catalog.txid_current();\nCOMMIT";
pub(crate) const ROLLBACK: &str = "ROLLBACK";

/// The name of the table that is made in the transaction of this id.
pub(crate) fn name(target: &QualifiedName, transaction: u64) -> QualifiedName {
    target.sibling(format!("{}{transaction}", target.part_prefix()))
}

/// Creates the table into which rows are copied straight, and which then becomes the table itself.
pub(crate) fn create_table(part: &QualifiedName, target: &QualifiedName, table: &Table) -> String {
    format!(
        "{};\n{}",
        create_fresh(part, table, Keeping::NOTHING, "its rows come over several connections").sql(),
        label(part, target)
    )
}

/// Creates a staging table. Nothing of it has to survive a crash.
pub(crate) fn create_staging(
    part: &QualifiedName,
    target: &QualifiedName,
    staging: &Staging,
) -> String {
    let definition = &staging.definition;
    format!("CREATE UNLOGGED TABLE {part} ({definition});\n{}", label(part, target))
}

/// Returns what a transaction puts into the columns that say something of the load, as text that is read
/// alike under all settings; `None` if the table has no such column.
pub(crate) fn stamps(table: &Table) -> Option<String> {
    let values = table.stamped().filter_map(|(column, _)| column.stamp()?.printed());
    let values = values.collect::<Vec<_>>();
    (!values.is_empty()).then(|| format!("SELECT {}", list(values)))
}

/// Gives the columns that say something of the load what the batch's transaction gives them, which the
/// transactions of further connections would not.
pub(crate) fn stamp(part: &QualifiedName, table: &Table, values: &[&str]) -> String {
    let columns = table.stamped().filter(|(column, _)| column.default().is_some());
    let set = columns.zip(values).map(|((column, _), value)| {
        format!("ALTER COLUMN {} SET DEFAULT {}", Ident::new(column.name()), Literal(value))
    });
    format!("ALTER TABLE {part} {}", list(set))
}

/// Says, to people, what it is.
fn label(part: &QualifiedName, target: &QualifiedName) -> String {
    let text = format!("rows on their way into {target}");
    format!("COMMENT ON TABLE {part} IS {}", Literal(&text))
}

/// Drops it, if it is there.
pub(crate) fn drop(part: &QualifiedName) -> String {
    format!("DROP TABLE IF EXISTS {part}")
}

/// Keeps autovacuum from it, which would be in the way when it is put in its place.
pub(crate) fn hold(part: &QualifiedName) -> String {
    format!("LOCK TABLE {part} IN SHARE UPDATE EXCLUSIVE MODE")
}

/// Puts it in the place of a table that was created in the batch's transaction, and is empty.
pub(crate) fn settle(part: &QualifiedName, name: &QualifiedName, table: &Table) -> Vec<Statement> {
    let purpose = "the rows that went over several connections become the table";
    let statement = |sql: String| Statement::new(sql, LockMode::AccessExclusive, purpose);
    let defaults = table.stamped().filter_map(|(column, _)| {
        let (name, default) = (Ident::new(column.name()), column.default()?);
        Some(format!("ALTER COLUMN {name} SET DEFAULT {default}"))
    });
    let defaults = defaults.collect::<Vec<_>>();
    let mut statements = vec![
        statement(format!("DROP TABLE {name}")),
        statement(format!("COMMENT ON TABLE {part} IS NULL")),
    ];
    if !defaults.is_empty() {
        statements.push(statement(format!("ALTER TABLE {part} {}", list(defaults))));
    }
    statements.push(statement(format!("ALTER TABLE {part} RENAME TO {}", name.name_ident())));
    statements
}
