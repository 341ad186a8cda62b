//! Grants.

use crate::ident::Ident;
use serde::Deserialize;

/// A privilege that somebody has on a table, on one of its columns, or on the sequence of one that
/// is an identity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Grant {
    /// Whether it is one on the live table; otherwise it is one on the table that replaces it.
    pub(crate) live: bool,
    /// The column whose sequence it is on.
    pub(crate) identity: Option<String>,
    pub(crate) column: Option<String>,
    /// `None`: PUBLIC.
    pub(crate) grantee: Option<String>,
    /// Who granted it, if it is not the owner.
    pub(crate) grantor: Option<String>,
    pub(crate) privilege: String,
    pub(crate) grantable: bool,
}

impl Grant {
    /// The privilege as SQL, with its column if it has one.
    pub(crate) fn privilege_sql(&self) -> String {
        match &self.column {
            Some(column) => format!("{} ({})", self.privilege, Ident::new(column)),
            None => self.privilege.clone(),
        }
    }

    /// The grantee as SQL.
    pub(crate) fn grantee_sql(&self) -> String {
        self.grantee
            .as_ref()
            .map_or_else(|| "PUBLIC".to_owned(), |role| Ident::new(role).to_string())
    }
}
