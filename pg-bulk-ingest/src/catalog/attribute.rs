//! The columns of a table as a batch finds them: a binary `COPY` does not say for which types its
//! rows are encoded, and the server takes the bytes of one type for a value of another.

use super::LiveTable;
use crate::definition::Table;

/// A column: its name, the OID of its type, and the type with its modifiers as `format_type` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute(String, u32, String);

impl Attribute {
    pub(crate) fn new(name: &str, type_oid: u32, sql_type: &str) -> Self {
        Self(name.to_owned(), type_oid, sql_type.to_owned())
    }
}

impl LiveTable {
    /// Returns how the columns that rows are written into differ from those that were seen last, if
    /// they do. With `whole` every other column counts as well.
    pub(crate) fn changed(
        &self,
        now: &[Attribute],
        definition: &Table,
        whole: bool,
    ) -> Option<String> {
        let is_written =
            |name: &str| whole || definition.columns().iter().any(|column| column.name() == name);
        let seen = self.shape.columns.iter().filter(|column| is_written(&column.name));
        let changed = seen.filter_map(|seen| {
            let name = &seen.name;
            match now.iter().find(|Attribute(found, ..)| found == name) {
                None => Some(format!("it dropped or renamed column {name:?}")),
                Some(Attribute(_, oid, sql_type))
                    if *oid == seen.type_oid() && *sql_type == seen.sql_type =>
                {
                    None
                }
                Some(Attribute(_, _, sql_type)) => Some(format!(
                    "it changed the type of column {name:?} from {} to {sql_type}",
                    seen.sql_type
                )),
            }
        });
        let is_seen = |name: &String| self.shape.columns.iter().any(|seen| seen.name == *name);
        let added = now.iter().find(|Attribute(name, ..)| whole && !is_seen(name));
        let added = added.map(|Attribute(name, ..)| format!("it added column {name:?}"));
        changed.chain(added).next()
    }
}
