//! Columns as a definition makes them.

use super::LiveColumn;

impl LiveColumn {
    /// The column that a definition gives, where that can be told without a server.
    pub(crate) fn predicted(name: &str, sql_type: String, not_null: bool) -> Self {
        Self {
            name: name.to_owned(),
            sql_type,
            not_null,
            not_null_constraint: None,
            default: None,
            fast_default: false,
            is_serial: false,
            collation: None,
            comment: None,
            can_insert: true,
            can_select: true,
            can_update: true,
            oid: 0,
            element: 0,
            base: 0,
            modifier: -1,
            base_kind: 'b',
            base_name: String::new(),
        }
    }
}
