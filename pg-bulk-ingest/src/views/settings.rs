//! The settings under which views are made again.

use crate::ident::{Ident, Literal};
use crate::statement::{LockMode, Statement};

/// The settings that are changed, and what to.
const SETTINGS: [(&str, &str); 2] =
    [("search_path", "pg_catalog, pg_temp"), ("default_tablespace", "''")];

fn statement(sql: String) -> Statement {
    Statement::new(sql, LockMode::None, "views are made again whatever the session's settings")
}

/// From here on names are resolved as the catalog prints them.
pub(super) fn set() -> Vec<Statement> {
    // The transaction's own settings, which a hook may have set, are put back as they were.
    let keep = SETTINGS.map(|(name, _)| {
        format!(
            "pg_catalog.set_config('pg_bulk_ingest.{name}', \
             pg_catalog.current_setting('{name}'), true)"
        )
    });
    let keep = statement(format!("SELECT {}", keep.join(", ")));
    let set = |(name, value)| statement(format!("SET LOCAL {name} = {value}"));
    std::iter::once(keep).chain(SETTINGS.map(set)).collect()
}

/// Puts back what [`set`] changed.
pub(super) fn reset() -> Statement {
    let reset = SETTINGS.map(|(name, _)| {
        format!(
            "pg_catalog.set_config('{name}', \
             pg_catalog.current_setting('pg_bulk_ingest.{name}'), true)"
        )
    });
    statement(format!("SELECT {}", reset.join(", ")))
}

/// What is created from here on is in this tablespace; `None`: in the database's.
pub(super) fn tablespace(name: Option<&str>) -> Statement {
    // The value is a name, which is a string here.
    let name = name.map_or_else(|| "''".to_owned(), |name| Literal(name).to_string());
    statement(format!("SELECT pg_catalog.set_config('default_tablespace', {name}, true)"))
}

/// PUBLIC and these roles, as a list.
pub(super) fn roles(names: &[&str]) -> String {
    let mut names = names.iter().map(|name| Ident::new(*name).to_string()).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    names.insert(0, "PUBLIC".to_owned());
    names.join(", ")
}
