//! The queries, and what they answer.

use super::{FoundEnum, Grant, Relation, Server, enum_type, probe, waits};
use crate::definition::EnumType;
use crate::ident::{Literal, QualifiedName, list};
use crate::settings;
use crate::statement::{rollback_to, savepoint};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_postgres::SimpleQueryMessage;

/// The answer to [`inspect`].
#[derive(Debug)]
pub(crate) struct Inspected {
    pub(crate) server: Server,
    pub(crate) enums: Vec<FoundEnum>,
    pub(crate) relations: Vec<Relation>,
}

impl Inspected {
    /// Reads the answer: the server, a row for each name, then the enum types.
    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Self> {
        let rows = texts(messages).collect::<Vec<_>>();
        let [server, relations @ .., enums] = rows.as_slice() else { return None };
        let server = serde_json::from_str(server).ok()?;
        let enums = serde_json::from_str(enums).ok()?;
        let relations = relations.iter().map(|row| serde_json::from_str(row).ok());
        let relations = relations.collect::<Option<_>>()?;
        Some(Self { server, enums, relations })
    }
}

impl Server {
    /// What the server says of itself, which comes first.
    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Self> {
        texts(messages).next().and_then(|server| serde_json::from_str(server).ok())
    }
}

/// The first column of each row.
pub(super) fn texts(messages: &[SimpleQueryMessage]) -> impl Iterator<Item = &str> {
    messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    })
}

/// The first column of the first row.
pub(crate) fn text(messages: &[SimpleQueryMessage]) -> Option<String> {
    texts(messages).next().map(str::to_owned)
}

/// The first column of each row, as numbers.
pub(crate) fn numbers(messages: &[SimpleQueryMessage]) -> Vec<u64> {
    texts(messages).filter_map(|text| text.parse().ok()).collect()
}

/// The second column of each row, by the number in the first.
pub(crate) fn numbered(messages: &[SimpleQueryMessage]) -> BTreeMap<u64, String> {
    let read = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0)?.parse().ok()?, row.get(1)?.to_owned())),
        _ => None,
    };
    messages.iter().filter_map(read).collect()
}

/// Reads an answer whose rows are each a JSON value.
pub(super) fn read<T: DeserializeOwned>(messages: &[SimpleQueryMessage]) -> Option<Vec<T>> {
    texts(messages).map(|row| serde_json::from_str(row).ok()).collect()
}

/// The server, and what there is under these names of tables and of enum types.
pub(crate) fn inspect(names: &[QualifiedName], enums: &[&EnumType]) -> String {
    inspect_values(&values(names, made_names), enums)
}

/// The names of tables that are made for this one, as SQL.
fn made_names(name: &QualifiedName) -> String {
    let made = name.fresh_names().chain(name.twin_names()).collect::<Vec<_>>();
    format!(", ARRAY[{}]", list(made.iter().map(|name| Literal(name))))
}

/// The names as a list of rows, each with what is added to it.
fn values(names: &[QualifiedName], more: impl Fn(&QualifiedName) -> String) -> String {
    list(names.iter().enumerate().map(|(position, name)| {
        let (schema, table) = (Literal(name.schema()), Literal(name.name()));
        let (prefix, more) = (name.part_prefix(), more(name));
        format!("({position}, {schema}, {table}, {}{more})", Literal(&prefix))
    }))
}

/// The query for temporary tables of the session.
pub(crate) fn inspect_temporary(names: &[&str]) -> String {
    let tables = names.iter().enumerate().map(|(position, name)| {
        format!(
            "({position}, (SELECT nspname::text FROM pg_namespace \
             WHERE oid = pg_my_temp_schema()), {}, NULL, NULL::text[])",
            Literal(name)
        )
    });
    inspect_values(&list(tables), &[])
}

fn inspect_values(values: &str, enums: &[&EnumType]) -> String {
    inspect_rows("", &format!("VALUES {values}"), &enum_type::sql(enums))
}

/// The server, and what there is under these names, for the second message of a connection that
/// [`probe`] asked about: in a transaction of somebody else's only the server is looked at, and
/// the search path is what it was. Locks are waited for up to a time, unless the session's own
/// `lock_timeout` is shorter. Who holds the advisory lock of a key is asked too ([`waits::read`]).
pub(crate) fn inspect_outside(
    names: &[QualifiedName],
    enums: &[&EnumType],
    attempt: Duration,
    key: Option<i64>,
) -> String {
    let tables = probe::outside(&format!("(VALUES {})", values(names, made_names)));
    let attempt = format!("{};\n", probe::waiting_for(attempt));
    let rows = inspect_rows(&attempt, &tables, &enum_type::sql_outside(enums));
    let rows = match key {
        None => rows,
        Some(key) => format!("{rows};\n{}", waits::of_key(key)),
    };
    alone(&probe::restoring(&rows))
}

fn inspect_rows(before: &str, tables: &str, enums: &str) -> String {
    // Each statement sees what was committed before it: the types of a table that another session
    // has just created are there by the time that they are looked for.
    format!(
        "{};\n{before}{};\n{}",
        include_str!("server.sql").replace(":in_transaction", probe::IN_TRANSACTION),
        include_str!("inspect.sql").replace(":tables", tables),
        enums
    )
}

/// A query of the catalog within a transaction that goes on with the session's settings. What it
/// prints depends on none of them.
pub(crate) fn isolated(query: &str) -> String {
    isolated_under(&settings::printed(query))
}

/// A query of the catalog that prints neither names nor expressions, within a transaction that goes on
/// with its own search path.
pub(crate) fn isolated_path(query: &str) -> String {
    isolated_under(&format!("{};\n{query}", settings::SEARCH_PATH))
}

/// A query that casts values, within a transaction that goes on with the session's settings.
pub(crate) fn isolated_cast(query: &str) -> String {
    isolated_under(&settings::casting(query))
}

/// A query with what it sets, which is taken back.
fn isolated_under(query: &str) -> String {
    const NAME: &str = "pg_bulk_ingest_catalog";
    savepoint(NAME, &format!("{query};\n{}", rollback_to(NAME)))
}

/// A query of the catalog as a message of its own, outside a transaction: the settings hold for it
/// alone. What it prints depends on none of the session's.
pub(crate) fn alone(query: &str) -> String {
    settings::printed(query)
}

/// The comment on a table.
pub(crate) mod comment {
    use super::{Literal, QualifiedName, SimpleQueryMessage, texts};

    /// Reads the comment on the table of this name, under any settings and within any transaction. No
    /// table is locked.
    pub(crate) fn of_name(name: &QualifiedName) -> String {
        let (schema, table) = (Literal(name.schema()), Literal(name.name()));
        format!(
            "SELECT d.description FROM pg_catalog.pg_description d \
             JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) d.objoid \
             JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
             WHERE n.nspname OPERATOR(pg_catalog.=) {schema}::pg_catalog.name \
             AND c.relname OPERATOR(pg_catalog.=) {table}::pg_catalog.name \
             AND d.classoid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid \
             AND d.objsubid OPERATOR(pg_catalog.=) 0"
        )
    }

    /// It needs no search path: what it reads is named whole. 1259 is `pg_class`.
    pub(crate) fn sql(oid: u32) -> String {
        format!(
            "SELECT description FROM pg_catalog.pg_description \
             WHERE objoid OPERATOR(pg_catalog.=) {oid}::pg_catalog.oid \
             AND classoid OPERATOR(pg_catalog.=) 1259::pg_catalog.oid \
             AND objsubid OPERATOR(pg_catalog.=) 0"
        )
    }

    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<String> {
        texts(messages).next().map(str::to_owned)
    }
}

/// What a further connection says of itself.
pub(crate) mod further {
    use super::{Literal, QualifiedName, SimpleQueryMessage, probe};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    pub(crate) struct Further {
        /// Whether it is in a transaction, of somebody else's.
        pub(crate) in_transaction: bool,
        /// The id of its transaction.
        pub(crate) transaction: u64,
        pub(crate) role: String,
        pub(crate) database: String,
        pub(crate) client_encoding: String,
        /// Whether the role may create tables in the schema of the table.
        pub(crate) create: bool,
    }

    /// The second message, after [`probe::sql`].
    pub(crate) fn sql(name: &QualifiedName) -> String {
        let schema = Literal(name.schema()).to_string();
        let sql = include_str!("further.sql").replace(":schema", &schema);
        super::alone(&probe::restoring(&sql.replace(":in_transaction", probe::IN_TRANSACTION)))
    }

    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Further> {
        super::read(messages)?.into_iter().next()
    }
}

/// What hangs on a table and cannot be carried over to another.
pub(crate) mod attached {
    use super::{SimpleQueryMessage, texts};

    pub(crate) fn sql(oid: u32) -> String {
        include_str!("attached.sql").replace(":oid", &oid.to_string())
    }

    /// Each object in words.
    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Vec<String> {
        texts(messages).map(str::to_owned).collect()
    }
}

/// The constraints of tables that may be checked late.
pub(crate) mod deferrable {
    use super::{SimpleQueryMessage, texts};
    use crate::ident::list;

    pub(crate) fn sql(tables: &[u32]) -> String {
        include_str!("deferrable.sql").replace(":oids", &list(tables))
    }

    /// Their names, quoted.
    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Vec<String> {
        texts(messages).map(str::to_owned).collect()
    }
}

/// The grants on a table and on the one that is to replace it.
pub(crate) mod grants {
    use super::{Grant, SimpleQueryMessage};
    use crate::ident::list;

    pub(crate) fn sql(live: u32, fresh: u32) -> String {
        include_str!("grants.sql")
            .replace(":live", &live.to_string())
            .replace(":fresh", &fresh.to_string())
    }

    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Vec<Grant>> {
        super::read(messages)
    }

    /// Asks for those on several tables, each with the one that is to replace it, by one query: readers wait.
    pub(crate) fn sql_of_all(tables: &[(u32, u32)]) -> String {
        let one = include_str!("grants.sql")
            .replace(":live", "wanted.live")
            .replace(":fresh", "wanted.fresh");
        let live = list(tables.iter().map(|(live, _)| live));
        let fresh = list(tables.iter().map(|(_, fresh)| fresh));
        format!(
            "SELECT coalesce((SELECT json_agg(g.found::json) FROM (\n{one}) AS g(found)), '[]')::text \
             FROM unnest(ARRAY[{live}]::oid[], ARRAY[{fresh}]::oid[]) WITH ORDINALITY \
             AS wanted(live, fresh, at) ORDER BY wanted.at"
        )
    }

    /// Reads the answer: those of each.
    pub(crate) fn read_all(messages: &[SimpleQueryMessage]) -> Option<Vec<Vec<Grant>>> {
        super::read(messages)
    }
}

/// The views that depend on tables.
pub(crate) mod views {
    use super::SimpleQueryMessage;
    use crate::catalog::View;
    use crate::ident::list;

    pub(crate) fn sql(tables: &[u32]) -> String {
        of(tables, include_str!("view.sql"))
    }

    /// A text that is equal as long as [`sql`] returns the same: a fraction of the work.
    pub(crate) fn state_sql(tables: &[u32]) -> String {
        of(tables, include_str!("view_state.sql"))
    }

    fn of(tables: &[u32], query: &str) -> String {
        let dependents = include_str!("view_dependents.sql");
        format!("{dependents}{query}").replace(":roots", &list(tables))
    }

    /// What [`state_sql`] returns.
    pub(crate) fn read_state(messages: &[SimpleQueryMessage]) -> Option<String> {
        super::texts(messages).next().map(str::to_owned)
    }

    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<Vec<View>> {
        super::read(messages)
    }
}

/// What hangs on the views that depend on a table, and would be lost with them.
pub(crate) mod view_attached {
    use super::{SimpleQueryMessage, texts};
    use crate::ident::list;

    pub(crate) fn sql(tables: &[u32], views: impl IntoIterator<Item = u32>) -> String {
        include_str!("view_attached.sql")
            .replace(":roots", &list(tables))
            .replace(":views", &list(views))
    }

    /// Each object in words.
    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Vec<String> {
        texts(messages).map(str::to_owned).collect()
    }
}

/// Who holds locks on tables.
pub(crate) mod holders {
    use super::SimpleQueryMessage;
    use crate::ident::{Literal, list};

    /// A session or prepared transaction that holds a lock.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Holder {
        /// Its process; `None`: a prepared transaction.
        pub(crate) process: Option<i32>,
        /// Its transaction, which no other one of the process has, as `pg_locks` numbers them.
        pub(crate) transaction: String,
        pub(crate) description: String,
    }

    impl Holder {
        /// Whether it is the same transaction.
        pub(crate) fn is_same(&self, other: &Self) -> bool {
            (self.process, &self.transaction) == (other.process, &other.transaction)
        }
    }

    /// The holders of locks of these modes, as `pg_locks` spells them.
    pub(crate) fn sql(oids: &[u32], modes: &[&str]) -> String {
        include_str!("holders.sql")
            .replace(":oids", &list(oids))
            .replace(":modes", &list(modes.iter().map(|mode| Literal(mode))))
    }

    pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Vec<Holder> {
        let row = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => Some(Holder {
                process: row.get(0).and_then(|process| process.parse().ok()),
                transaction: row.get(1)?.to_owned(),
                description: row.get(2)?.to_owned(),
            }),
            _ => None,
        };
        messages.iter().filter_map(row).collect()
    }
}
