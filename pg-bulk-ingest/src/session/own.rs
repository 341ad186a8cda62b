//! Tables that ingests keep beside those that they load into: of high watermarks, and of rows that are set aside.

use super::refusal::{privilege, unreadable};
use crate::catalog::{Server, own};
use crate::conn;
use crate::error::Error;
use crate::ident::QualifiedName;
use tokio_postgres::Client;

/// What an ingest needs of such a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs<'a> {
    pub(super) columns: &'a [(&'a str, &'a str)],
    pub(super) privileges: &'a [&'a str],
    /// What the table is for.
    pub(super) purpose: &'static str,
    pub(super) action: &'static str,
}

/// What there is of such a table.
pub(super) enum Own {
    /// It is there, and can be used.
    Usable,
    /// It is not there, and can be created.
    Missing { schema_missing: bool },
    /// It is another kind of table, for these reasons.
    Differs(Vec<String>),
}

/// Looks at such a table. A privilege that the role lacks is an error.
pub(super) async fn look(
    client: &Client,
    server: &Server,
    table: &QualifiedName,
    needs: Needs<'_>,
) -> Result<Own, Error> {
    let messages = conn::query(client, &own::sql(table, needs.privileges)).await;
    let messages = messages.map_err(Error::while_doing(needs.action))?;
    let found = own::read(&messages).ok_or_else(|| unreadable(needs.action))?;
    let lacking = |what: String| Err(privilege(server, format!("{what}, {}", needs.purpose)));
    if !found.table_exists {
        return match (found.may_create, found.schema_exists) {
            (true, schema_exists) => Ok(Own::Missing { schema_missing: !schema_exists }),
            (false, true) => lacking(format!("CREATE on schema {:?}", table.schema())),
            (false, false) => lacking(format!("CREATE on database {:?}", server.database)),
        };
    }
    let differs = found.differs(needs.columns);
    if !differs.is_empty() {
        return Ok(Own::Differs(differs));
    }
    if !found.schema_usage {
        return lacking(format!("USAGE on schema {:?}", table.schema()));
    }
    if !found.lacks.is_empty() {
        return lacking(format!("{} on the table {table}", found.lacks.join(", ")));
    }
    Ok(Own::Usable)
}
