//! The statements that make partitions.

use super::missing::Missing;
use crate::definition::{Partitioning, Partitions, Table};
use crate::ident::{Ident, QualifiedName, list};
use crate::statement::{LockMode, Statement};

/// Begins a transaction in place of one that has done nothing yet.
pub(crate) const BEGIN_APART: &str = "ROLLBACK;\nBEGIN ISOLATION LEVEL READ COMMITTED";

/// Commits it, and begins another.
pub(crate) const COMMIT: &str = "COMMIT;\nBEGIN ISOLATION LEVEL READ COMMITTED";

/// The table that partitions are attached to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attaching<'a> {
    pub(crate) table: &'a QualifiedName,
    /// The role that is to own them, if it is another than the session's.
    pub(crate) owner: Option<&'a str>,
    /// The partition that has the rows of no other.
    pub(crate) default: Option<&'a QualifiedName>,
    /// The columns into which rows can be written.
    pub(crate) columns: &'a [&'a str],
    /// What attaching one locks the table with.
    pub(crate) lock: LockMode,
}

/// Makes a partition beside its table, and attaches it: no reader and no writer of the others waits.
/// Its indexes, foreign keys and triggers come with that, from the table.
pub(crate) fn attach(missing: &Missing, attaching: Attaching<'_>) -> Vec<Statement> {
    let Attaching { table, owner, default, columns, lock } = attaching;
    let partition = table.sibling(missing.name.clone());
    let purpose = format!("the table has rows {}", missing.values.to_lowercase());
    let statement = |sql: String, lock| Statement::new(sql, lock, purpose.clone());
    let mut statements =
        vec![statement(format!("CREATE TABLE {partition} ({})", like(table)), LockMode::None)];
    statements.extend(owner.map(|owner| {
        let owner = Ident::new(owner);
        statement(format!("ALTER TABLE {partition} OWNER TO {owner}"), LockMode::None)
    }));
    statements.extend(default.map(|default| {
        let names = list(columns.iter().map(|column| Ident::new(*column)));
        let condition = &missing.condition;
        statement(
            format!(
                "WITH moved AS (DELETE FROM {default} WHERE {condition} RETURNING {names}) \
                 INSERT INTO {partition} ({names}) SELECT {names} FROM moved"
            ),
            LockMode::RowExclusive,
        )
    }));
    let values = &missing.values;
    statements.push(statement(
        format!("ALTER TABLE {table} ATTACH PARTITION {partition} {values}"),
        lock,
    ));
    statements
}

/// What a table has that is going to be a partition of this one: its indexes, foreign keys and triggers come when it
/// is attached, and from 18 on an identity would be in the way of that.
pub(crate) fn like(table: &QualifiedName) -> String {
    format!("LIKE {table} INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY")
}

/// The partitions that a table gets when it is made.
pub(crate) fn with_table(table: &QualifiedName, definition: &Table) -> Vec<Statement> {
    let Some(partitioning) = definition.partitioning() else { return Vec::new() };
    let partition = |suffix: &str, values: &str| {
        let name = table.sibling(table.partition_names(suffix).next().unwrap_or_default());
        let sql = format!("CREATE TABLE {name} PARTITION OF {table} {values}");
        Statement::new(sql, LockMode::None, "the table is partitioned")
    };
    let hashed = match partitioning.partitions() {
        Partitions::Modulus(modulus) => 0..modulus,
        Partitions::ByHand | Partitions::Every { .. } | Partitions::EachValue => 0..0,
    };
    let modulus = hashed.end;
    let hashed = hashed.map(|remainder| {
        let values = format!("FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})");
        partition(&remainder.to_string(), &values)
    });
    let default = partitioning.has_default().then(|| partition("default", "DEFAULT"));
    hashed.chain(default).collect()
}

/// `PARTITION BY …`, as the definition has it.
pub(crate) fn partition_by(partitioning: &Partitioning, table: &Table) -> String {
    let columns = partitioning.columns().iter().filter_map(|at| table.columns().get(*at));
    let columns = list(columns.map(|column| Ident::new(column.name())));
    format!("PARTITION BY {} ({columns})", partitioning.strategy().sql())
}
