//! Tables as the catalog of a server describes them.

use crate::arguments::TableName;
use crate::error::Error;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::error::Error as _;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, IsolationLevel, NoTls, Transaction};

/// What the catalog prints depends on these.
const SETTINGS: &str = "
    SET LOCAL search_path = pg_catalog;
    SET LOCAL quote_all_identifiers = off;
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL DateStyle = ISO;
    SET LOCAL IntervalStyle = postgres;
    SET LOCAL TimeZone = 'UTC';
    SET LOCAL extra_float_digits = 1;
    SET LOCAL bytea_output = hex;
";

/// A table.
#[derive(Debug, Deserialize)]
pub(crate) struct LiveTable {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// `pg_class.relkind`
    pub(crate) kind: char,
    pub(crate) persistence: char,
    pub(crate) comment: Option<String>,
    pub(crate) row_security: bool,
    pub(crate) options: Vec<String>,
    pub(crate) partitioned_by: Option<String>,
    pub(crate) partition_of: Option<String>,
    pub(crate) inherits: Vec<String>,
    pub(crate) columns: Vec<LiveColumn>,
    /// The primary key first.
    pub(crate) indexes: Vec<LiveIndex>,
    /// Those of CHECK, foreign keys and exclusion.
    pub(crate) constraints: Vec<LiveConstraint>,
    pub(crate) triggers: Vec<String>,
    pub(crate) rules: Vec<String>,
    pub(crate) policies: Vec<String>,
    pub(crate) statistics: Vec<String>,
}

/// A column.
#[derive(Debug, Deserialize)]
pub(crate) struct LiveColumn {
    pub(crate) name: String,
    /// As `format_type` prints it.
    pub(crate) sql_type: String,
    pub(crate) is_domain: bool,
    /// Of an array; 0 of what is none.
    pub(crate) dimensions: usize,
    pub(crate) base: BaseType,
    pub(crate) not_null: bool,
    /// The default, or what generates it.
    pub(crate) default: Option<String>,
    /// `a`: always, `d`: by default
    pub(crate) identity: String,
    /// `s`: stored, `v`: virtual
    pub(crate) generated: String,
    /// That which belongs to the column: of an identity, of `serial`.
    pub(crate) sequence: Option<Sequence>,
    /// As SQL, if it is not that of the type.
    pub(crate) collation: Option<String>,
    pub(crate) comment: Option<String>,
}

/// A type behind domains, of an array that of its elements.
#[derive(Debug, Deserialize)]
pub(crate) struct BaseType {
    pub(crate) builtin: bool,
    pub(crate) schema: String,
    pub(crate) name: String,
    /// `pg_type.typtype`
    pub(crate) kind: char,
    /// Whether a domain is over it.
    pub(crate) is_domain: bool,
    pub(crate) modifier: i32,
    /// Those of an enum, in their order.
    pub(crate) labels: Vec<String>,
}

/// A sequence that belongs to a column.
#[derive(Debug, Deserialize)]
pub(crate) struct Sequence {
    pub(crate) name: String,
    /// Those that are not the defaults.
    pub(crate) options: String,
}

/// An index.
#[derive(Debug, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "as pg_index has them")]
pub(crate) struct LiveIndex {
    pub(crate) name: String,
    /// What follows USING in its definition.
    pub(crate) form: String,
    pub(crate) method: String,
    pub(crate) unique: bool,
    pub(crate) primary: bool,
    pub(crate) exclusion: bool,
    pub(crate) valid: bool,
    /// Not deferrable.
    pub(crate) immediate: bool,
    pub(crate) nulls_not_distinct: bool,
    /// Whether it is of a primary key or a unique constraint.
    pub(crate) constraint: bool,
    pub(crate) predicate: Option<String>,
    /// Whether it has storage parameters, or its operator classes have.
    pub(crate) has_options: bool,
    pub(crate) keys: Vec<LiveKey>,
}

/// A key of an index, or a column that is stored in it.
#[derive(Debug, Deserialize)]
pub(crate) struct LiveKey {
    pub(crate) column: Option<String>,
    pub(crate) expression: Option<String>,
    /// If it is not the column's.
    pub(crate) collation: Option<String>,
    /// If it is not the default.
    pub(crate) operator_class: Option<String>,
    /// 1: descending, 2: NULLs first
    pub(crate) options: u8,
    pub(crate) included: bool,
}

/// A constraint that a struct cannot say.
#[derive(Debug, Deserialize)]
pub(crate) struct LiveConstraint {
    pub(crate) name: String,
    /// `pg_constraint.contype`
    pub(crate) kind: char,
    pub(crate) definition: String,
}

/// Reads tables, in one read-only transaction.
pub(crate) fn read(database: Option<&str>, names: &[&TableName]) -> Result<Vec<LiveTable>, Error> {
    let url = match database {
        Some(url) => url.to_owned(),
        None => std::env::var("DATABASE_URL").map_err(|_| {
            Error::usage("which database? Give `--database URL`, or set DATABASE_URL")
        })?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::failed(format!("cannot start: {error}")))?;
    runtime.block_on(read_all(&url, names))
}

async fn read_all(url: &str, names: &[&TableName]) -> Result<Vec<LiveTable>, Error> {
    // What is wrong with it is not shown: it may be a part of a password.
    let mut config: Config = url.parse().map_err(|_| {
        Error::usage(
            "the database is not given by a URL that can be read: \
             `postgres://user@host:5432/database`",
        )
    })?;
    if config.get_application_name().is_none() {
        config.application_name("pg-bulk-ingest struct");
    }
    let place = place(&config);
    if config.get_ssl_mode() == SslMode::Require {
        return Err(Error::failed(format!(
            "cannot connect to {place}: `sslmode=require` asks for TLS, which this program does not \
             have: go through a tunnel, or run it where the server is"
        )));
    }
    let connected = config.connect(NoTls).await;
    let (mut client, connection) = connected
        .map_err(|error| Error::failed(format!("cannot connect to {place}: {}", said(&error))))?;
    let connection = tokio::spawn(connection);
    let tables = read_tables(&mut client, names)
        .await
        .map_err(|failure| Error::failed(format!("{place}: {failure}")));
    drop(client);
    let _ = connection.await;
    tables
}

/// Where a database is, without user and password.
fn place(config: &Config) -> String {
    let host = config.get_hosts().first().map(|host| match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        tokio_postgres::config::Host::Unix(folder) => folder.display().to_string(),
    });
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("database `{database}` at {}:{port}", host.unwrap_or_default())
}

/// What an error of the driver says, with its causes.
fn said(error: &tokio_postgres::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        cause = error.source();
    }
    said
}

async fn read_tables(client: &mut Client, names: &[&TableName]) -> Result<Vec<LiveTable>, String> {
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(|error| said(&error))?;
    transaction.batch_execute(SETTINGS).await.map_err(|error| said(&error))?;
    let mut tables: Vec<LiveTable> = Vec::new();
    for name in names {
        for table in listed(&transaction, name).await? {
            if !tables.iter().any(|read| read.schema == name.schema && read.name == table) {
                tables.push(one(&transaction, &name.schema, &table).await?);
            }
        }
    }
    Ok(tables)
}

/// The tables that are meant by a name.
async fn listed(transaction: &Transaction<'_>, name: &TableName) -> Result<Vec<String>, String> {
    if let Some(table) = &name.table {
        return Ok(vec![table.clone()]);
    }
    let sql = include_str!("catalog/tables.sql");
    let tables: Option<Vec<String>> = query(transaction, sql, &[&name.schema]).await?;
    tables
        .filter(|tables| !tables.is_empty())
        .ok_or_else(|| format!("there are no tables in a schema `{}`", name.schema))
}

async fn one(
    transaction: &Transaction<'_>,
    schema: &str,
    table: &str,
) -> Result<LiveTable, String> {
    let sql = include_str!("catalog/table.sql");
    let found: Option<LiveTable> = query(transaction, sql, &[schema, table]).await?;
    let Some(found) = found else {
        let lower = (schema.to_lowercase(), table.to_lowercase());
        let meant: Option<LiveTable> = query(transaction, sql, &[&lower.0, &lower.1]).await?;
        let hint = match meant {
            Some(_) => format!(": there is `{}.{}`, as names count by case", lower.0, lower.1),
            None => String::new(),
        };
        return Err(format!("there is no table `{schema}.{table}`{hint}"));
    };
    let kind = match found.kind {
        'r' | 'p' if found.columns.is_empty() => "a table without columns",
        'r' | 'p' => return Ok(found),
        'v' => "a view",
        'm' => "a materialized view",
        'f' => "a foreign table",
        _ => "no table",
    };
    Err(format!("`{schema}.{table}` is {kind}, and structs are of tables with columns"))
}

/// The JSON that a query returns; `None` if it returns no row.
async fn query<T: DeserializeOwned>(
    transaction: &Transaction<'_>,
    sql: &str,
    names: &[&str],
) -> Result<Option<T>, String> {
    let parameters: Vec<(&(dyn tokio_postgres::types::ToSql + Sync), Type)> =
        names.iter().map(|name| (name as _, Type::TEXT)).collect();
    let rows = transaction.query_typed(sql, &parameters).await;
    let rows = rows.map_err(|error| said(&error))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let json: &str = row.try_get(0).map_err(|error| said(&error))?;
    let read = serde_json::from_str(json);
    read.map(Some).map_err(|error| format!("the catalog is not as expected: {error}"))
}
