//! What a table is, looked at through a second connection.

use tests::Database;

/// A table, but for its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// The table itself: another OID is another table.
    pub(crate) oid: String,
    /// Its columns, with types and whether they are NOT NULL.
    pub(crate) columns: String,
    /// Its indexes, by name.
    pub(crate) indexes: Vec<String>,
}

impl Look {
    pub(crate) async fn at(database: &Database, table: &str) -> Self {
        let columns = format!(
            "SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod),
                CASE WHEN attnotnull THEN 'NOT NULL' END), ', ' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped"
        );
        let indexes = format!(
            "SELECT indexrelid::regclass, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '')
            FROM pg_index WHERE indrelid = '{table}'::regclass ORDER BY indexrelid"
        );
        Self {
            oid: database.row(&format!("SELECT '{table}'::regclass::oid")).await,
            columns: database.row(&columns).await,
            indexes: database.rows(&indexes).await,
        }
    }
}

/// The comment on a table, where the high watermark is; `∅` if it has none.
pub(crate) async fn comment(database: &Database, table: &str) -> String {
    database.row(&format!("SELECT obj_description('{table}'::regclass)")).await
}
