//! Who reads a table.

use crate::ident::Ident;
use tokio_postgres::SimpleQueryMessage;

/// Asks who reads a table, all its rows and columns, but for the role itself. `NULL`: everybody.
pub(crate) fn sql(oid: u32) -> String {
    format!(
        "SELECT DISTINCT CASE WHEN acl.grantee OPERATOR(pg_catalog.<>) 0::pg_catalog.oid \
         THEN pg_catalog.pg_get_userbyid(acl.grantee) END \
         FROM pg_catalog.pg_class c, pg_catalog.aclexplode(COALESCE(c.relacl, \
         pg_catalog.acldefault('r', c.relowner))) acl \
         WHERE c.oid OPERATOR(pg_catalog.=) {oid}::pg_catalog.oid \
         AND acl.privilege_type OPERATOR(pg_catalog.=) 'SELECT' \
         AND (NOT c.relrowsecurity OR acl.grantee OPERATOR(pg_catalog.=) c.relowner) \
         AND pg_catalog.pg_get_userbyid(acl.grantee) OPERATOR(pg_catalog.<>) CURRENT_USER \
         ORDER BY 1"
    )
}

/// Reads the answer to [`sql`]: each role as SQL.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Vec<String> {
    let reader = |name: Option<&str>| match name {
        Some(name) => Ident::new(name).to_string(),
        None => "PUBLIC".to_owned(),
    };
    rows(messages).map(|row| reader(row.get(0))).collect()
}

fn rows(messages: &[SimpleQueryMessage]) -> impl Iterator<Item = &tokio_postgres::SimpleQueryRow> {
    messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}
