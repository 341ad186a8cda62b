//! The statements that make a table what its definition says.

mod bound;
mod cast;
mod enum_type;
mod fault;
mod filling;
mod in_place;
mod index_name;
mod keep;
mod migrate;
mod rebuild;
mod relevant;
mod rename;
mod step;
mod tree;
mod widen;

pub(crate) use bound::MOST_COLUMNS;
pub(crate) use enum_type::{add_labels, create_enum_types};
pub(crate) use fault::Tried;
pub(crate) use filling::next_values;
pub(crate) use index_name::{index_name, is_to_be_attached};
pub(crate) use keep::{Keeping, KeptIndex, create_fresh, keep_indexes, kept, kept_shape};
pub(crate) use migrate::{Decision, Rebuilding, Subject};
pub(crate) use rebuild::{Check, Rebuild, checks, key_checks};
pub(crate) use relevant::{Relevant, Rule, relevant};
pub(crate) use rename::{Rename, delta as rename_delta, rename_step, renames};
pub(crate) use step::Step;
pub(crate) use tree::drop_unattached;

use crate::definition::{Column, Filling, Index, IndexKey, Table};
use crate::ident::{Ident, QualifiedName, list};
use crate::partition::partition_by;
use crate::statement::{Cost, LockMode, Statement};

/// Creates a schema.
pub(crate) fn create_schema(name: &QualifiedName) -> Statement {
    let sql = format!("CREATE SCHEMA {}", name.schema_ident());
    Statement::new(sql, LockMode::None, "the schema does not exist")
}

/// Creates a table with its columns, but without indexes, which are built after the load.
pub(crate) fn create_table(name: &QualifiedName, table: &Table) -> Statement {
    let partitioned = table.partitioning().map(|by| format!(" {}", partition_by(by, table)));
    let sql = format!("{}{}", create_columns(name, table), partitioned.unwrap_or_default());
    Statement::new(sql, LockMode::None, "the table does not exist")
}

/// Creates a table with the columns of another, which is not partitioned.
pub(crate) fn create_columns(name: &QualifiedName, table: &Table) -> String {
    format!("CREATE TABLE {name} ({})", list(table.columns().iter().map(column_sql)))
}

/// Creates the table as an empty one that is rolled back, for PostgreSQL to say how it spells the
/// definition. Columns are added one by one, so that it says as well which defaults can be added
/// without a rewrite.
pub(crate) fn create_twin(twin: &QualifiedName, table: &Table) -> Vec<Statement> {
    let statement =
        |sql: String| Statement::new(sql, LockMode::None, "the definition as PostgreSQL spells it");
    let add = |columns: &[Column]| {
        let columns = columns.iter().map(|column| format!("ADD COLUMN {}", column_sql(column)));
        statement(format!("ALTER TABLE {twin} {}", list(columns)))
    };
    let is_alone = |column: &Column| column.default().is_some() || column.filling().is_some();
    let columns = table.columns().chunk_by(|a, b| !is_alone(a) && !is_alone(b));
    // An expression may be over columns that come after it, as their table can be created at once only.
    let (first, columns) = match generates(table) {
        true => (create_columns(twin, table), Vec::new()),
        false => (format!("CREATE TABLE {twin} ()"), columns.map(add).collect()),
    };
    std::iter::once(statement(first)).chain(columns).chain(create_indexes(twin, table)).collect()
}

/// Whether a column is computed by an expression that has the name of one behind it.
fn generates(table: &Table) -> bool {
    let columns = table.columns();
    columns.iter().enumerate().any(|(at, column)| match column.filling() {
        Some(Filling::Generated { sql, .. }) => {
            let sql = sql.to_lowercase();
            columns.iter().skip(at + 1).any(|behind| sql.contains(&behind.name().to_lowercase()))
        }
        _ => false,
    })
}

/// Gives the building of indexes this much memory, in bytes, until the end of the transaction.
pub(crate) fn index_memory(bytes: u64) -> String {
    // What every version takes.
    let kilobytes = (bytes / 1024).clamp(1024, 2_147_483_647);
    format!("SET LOCAL maintenance_work_mem = '{kilobytes}kB'")
}

/// Builds the primary key, unique constraints and indexes of a table that nobody else sees yet.
/// PostgreSQL chooses their names: `my_table_pkey`, `my_table_value_key`, `my_table_value_idx`.
pub(crate) fn create_indexes(name: &QualifiedName, table: &Table) -> Vec<Statement> {
    let statement = |sql: String| {
        Statement::new(sql, LockMode::None, "nobody sees the table yet").costing(Cost::Scan)
    };
    let key = Some(table.primary_key()).filter(|key| !key.is_empty());
    let primary_key =
        key.map(|key| format!("ALTER TABLE {name} ADD PRIMARY KEY ({})", column_list(table, key)));
    let index = |index: &Index| {
        if index.is_unique() {
            format!("ALTER TABLE {name} ADD {}", constraint_sql(table, index))
        } else {
            format!("CREATE INDEX ON {name} {}", index_sql(table, index))
        }
    };
    let all = primary_key.into_iter().chain(table.indexes().iter().map(index));
    all.map(statement).collect()
}

/// A unique constraint: `UNIQUE NULLS NOT DISTINCT ("a", "b") INCLUDE ("c")`.
fn constraint_sql(table: &Table, index: &Index) -> String {
    let nulls = if index.is_nulls_distinct() { "" } else { " NULLS NOT DISTINCT" };
    let columns = column_list(table, &index.columns());
    format!("UNIQUE{nulls} ({columns}){}", include_sql(table, index))
}

/// What follows the table's name in `CREATE INDEX`.
fn index_sql(table: &Table, index: &Index) -> String {
    if let Some(sql) = index.sql() {
        return sql.to_owned();
    }
    let method = Ident::new(index.method());
    let keys = list(index.keys().iter().map(|key| key_sql(table, key)));
    let include = include_sql(table, index);
    let predicate = index.predicate().map_or_else(String::new, |sql| format!(" WHERE ({sql})"));
    format!("USING {method} ({keys}){include}{predicate}")
}

fn key_sql(table: &Table, key: &IndexKey) -> String {
    let mut sql = match (key.position(), key.sql()) {
        (Some(position), _) => Ident::new(table.columns()[position].name()).to_string(),
        (None, expression) => format!("({})", expression.unwrap_or_default()),
    };
    if let Some(collation) = key.collation() {
        sql += &format!(" COLLATE {collation}");
    }
    if let Some(operator_class) = key.operator_class() {
        sql += &format!(" {operator_class}");
    }
    sql + key.order()
}

fn include_sql(table: &Table, index: &Index) -> String {
    match index.include() {
        [] => String::new(),
        columns => format!(" INCLUDE ({})", column_list(table, columns)),
    }
}

/// Statistics of a table that nobody else sees yet.
pub(crate) fn analyze(name: &QualifiedName) -> Statement {
    let sql = format!("ANALYZE {name}");
    Statement::new(sql, LockMode::None, "statistics of the loaded rows").costing(Cost::Scan)
}

/// The columns at these positions, as SQL.
pub(crate) fn column_list(table: &Table, positions: &[usize]) -> String {
    list(positions.iter().map(|position| Ident::new(table.columns()[*position].name())))
}

/// The columns that rows come with, as SQL.
pub(crate) fn sent_columns(table: &Table) -> String {
    list(table.sent().map(|column| Ident::new(column.name())))
}

/// A column's definition without its default: its name, type, collation and NOT NULL.
pub(crate) fn plain_column_sql(column: &Column) -> String {
    let mut sql = format!("{} {}", Ident::new(column.name()), column.sql_type());
    if let Some(collation) = column.collation() {
        sql += &format!(" COLLATE {collation}");
    }
    if !column.is_nullable() {
        sql += " NOT NULL";
    }
    sql
}

/// A column's definition.
fn column_sql(column: &Column) -> String {
    let mut sql = plain_column_sql(column);
    if let Some(default) = column.default() {
        sql += &format!(" DEFAULT {default}");
    }
    if let Some(filling) = column.filling() {
        sql += &format!(" {filling}");
    }
    sql
}
