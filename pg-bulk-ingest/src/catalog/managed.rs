//! Tables that an extension manages, by catalogs of its own that `pg_depend` does not know.

use super::query::texts;
use super::{Server, alone};
use crate::ident::{Literal, QualifiedName};
use tokio_postgres::SimpleQueryMessage;

/// Looks a table up in the catalogs of the extensions that are there; `None` if there are none.
pub(crate) fn sql(server: &Server, name: &QualifiedName, oid: u32) -> Option<String> {
    let citus = server.has_citus.then(|| citus(oid));
    let timescale = server.has_timescale.then(|| timescale(name));
    let queries = citus.into_iter().chain(timescale).collect::<Vec<_>>();
    (!queries.is_empty()).then(|| alone(&queries.join(";\n")))
}

/// The column is read out of the tree in which Citus keeps it, which needs no function of Citus.
fn citus(oid: u32) -> String {
    format!(
        "SELECT CASE \
         WHEN p.partmethod <> 'n' THEN 'Citus distributes it by ' || coalesce(quote_ident(a.attname), '?') \
         WHEN p.repmodel = 't' THEN 'it is a reference table of Citus' \
         ELSE 'Citus manages it, as a table with one shard' END \
         FROM pg_dist_partition p LEFT JOIN pg_attribute a ON a.attrelid = p.logicalrelid \
         AND a.attnum = substring(p.partkey from ':varattno (\\d+)')::int2 \
         WHERE p.logicalrelid = {oid}::oid::regclass"
    )
}

fn timescale(name: &QualifiedName) -> String {
    let (schema, table) = (Literal(name.schema()), Literal(name.name()));
    format!(
        "SELECT 'it is a hypertable of TimescaleDB' FROM _timescaledb_catalog.hypertable h \
         WHERE h.schema_name::text = {schema} AND h.table_name::text = {table}"
    )
}

/// What [`sql`] answers: how the table is managed, if it is.
pub(crate) fn read(messages: &[SimpleQueryMessage]) -> Option<String> {
    texts(messages).next().map(str::to_owned)
}

/// Whether the node is one of Citus that is not the coordinator.
pub(crate) fn is_worker() -> String {
    alone("SELECT 'worker' FROM pg_dist_local_group WHERE groupid <> 0")
}
