//! What hangs on a live table, as the statements by which it hangs on the table that takes its
//! place.
//!
//! What only concerns the new table is done while nobody sees it. ACCESS EXCLUSIVE on the live table
//! is held for entries of the catalog alone, never for a scan.

mod code;
mod column;
mod constraint;
mod foreign_key;
mod grant;
mod index;
mod made;
mod member;
mod publication;
mod statistics;
mod table;

pub(crate) use foreign_key::{Unreferred, unrefer};
pub(crate) use grant::carry_grants;
pub(crate) use made::leave_out;
pub(crate) use member::{ReplacedMember, carry_grants_of_members, name as name_members};

use crate::catalog::{Hanging, LiveColumn, Shape};
use crate::ident::{Literal, QualifiedName};
use crate::lock::Lockable;
use crate::statement::{LockMode, Statement};

/// A table that replaces another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replacing<'a> {
    pub(crate) hanging: &'a Hanging,
    pub(crate) names: &'a Swapped,
    pub(crate) live: &'a Shape,
    /// As far as it is known: with its indexes only once they are built.
    pub(crate) fresh: &'a Shape,
    /// All tables that are replaced together, and their partitions.
    pub(crate) all: &'a [Swapped],
    /// The partitions of the live table, each after the one that it is a partition of.
    pub(crate) members: &'a [ReplacedMember],
    /// The role of the session.
    pub(crate) role: &'a str,
}

/// The names of a live table, and of the table that takes its place until it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Swapped {
    pub(crate) live: QualifiedName,
    pub(crate) fresh: QualifiedName,
}

/// How what hangs on a table is carried over, and what cannot be.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    /// On the new table, when it is created: before any row.
    pub(crate) create: Vec<Statement>,
    /// After the rows of the live table are copied, if they are, and before those of the batch,
    /// which have to meet constraints that rows of old need not.
    pub(crate) copied: Vec<Statement>,
    /// Indexes of its partitions, after that.
    pub(crate) build: Vec<Statement>,
    /// After its indexes are built, and before ACCESS EXCLUSIVE: all that scans or can fail.
    pub(crate) before: Vec<Statement>,
    /// What else has to be locked in ACCESS EXCLUSIVE mode.
    pub(crate) locks: Vec<Lockable>,
    /// Under ACCESS EXCLUSIVE, before the live table is dropped.
    pub(crate) drop: Vec<Statement>,
    /// Once the new table and its indexes have the live one's names.
    pub(crate) after: Vec<Statement>,
    /// What cannot be carried over, in words.
    pub(crate) refused: Vec<String>,
    /// The privileges that the role lacks for it.
    pub(crate) missing: Vec<String>,
}

const KEPT: &str = "what hangs on the live table is kept";

/// Carries all dependent objects of a table over, but not its grants and its own comment; its partitions, too, but
/// for the grants on them.
pub(crate) fn carry(replacing: &Replacing<'_>) -> Carried {
    let mut carried = carry_one(replacing);
    member::carry(replacing, &mut carried);
    carried
}

fn carry_one(replacing: &Replacing<'_>) -> Carried {
    let mut carried = Carried::default();
    table::carry(replacing, &mut carried);
    column::carry(replacing, &mut carried);
    constraint::carry(replacing, &mut carried);
    index::carry(replacing, &mut carried);
    statistics::carry(replacing, &mut carried);
    foreign_key::carry(replacing, &mut carried);
    code::carry(replacing, &mut carried);
    publication::carry(replacing, &mut carried);
    carried
}

impl<'a> Replacing<'a> {
    /// The column of the new table, if it has it.
    fn column(&self, name: &str) -> Option<&'a LiveColumn> {
        self.fresh.columns.iter().find(|column| column.name == name)
    }

    /// The column of the new table, if it has it as it was.
    fn is_of_same_type(&self, name: &str) -> bool {
        let live = self.live.columns.iter().find(|column| column.name == name);
        let (live, fresh) = (live, self.column(name));
        live.map(|live| &live.sql_type) == fresh.map(|fresh| &fresh.sql_type)
    }

    /// The first of these columns that the new table has not.
    fn dropped<'c>(&self, columns: &'c [String]) -> Option<&'c str> {
        columns.iter().map(String::as_str).find(|column| self.column(column).is_none())
    }

    fn live_name(&self) -> &'a QualifiedName {
        &self.names.live
    }

    fn fresh_name(&self) -> &'a QualifiedName {
        &self.names.fresh
    }

    fn is_partitioned(&self) -> bool {
        self.hanging.table.partitioned
    }
}

impl Carried {
    /// Whether an object can be carried over as far as its columns go; if not, it is refused.
    fn has_columns(&mut self, replacing: &Replacing<'_>, what: &str, columns: &[String]) -> bool {
        let Some(column) = replacing.dropped(columns) else { return true };
        self.refused.push(format!("{what} uses column {column:?}, which is dropped"));
        false
    }
}

/// A statement on a table that nobody else sees yet.
fn unseen(sql: String) -> Statement {
    Statement::new(sql, LockMode::None, KEPT)
}

/// A statement under the lock of the swap.
fn locked(sql: String) -> Statement {
    Statement::new(sql, LockMode::AccessExclusive, KEPT)
}

/// The comment on an object, if there is one.
fn comment_on(object: &str, comment: Option<&String>) -> Option<Statement> {
    comment.map(|comment| locked(format!("COMMENT ON {object} IS {}", Literal(comment))))
}

#[cfg(test)]
mod tests {
    use super::{Carried, Replacing, Swapped, carry};
    use crate::catalog::{Hanging, IndexShape, LiveColumn, Shape};
    use crate::ident::QualifiedName;
    use serde::de::DeserializeOwned;

    fn parsed<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).unwrap_or_else(|error| unreachable!("{error}: {json}"))
    }

    /// What hangs on a table `t (kept bigint, gone integer)` with a unique index over `gone`.
    fn hanging() -> Hanging {
        let column = |name: &str, sequences: &str| {
            format!(
                r#"{{"name": "{name}", "comment": "c", "storage": "MAIN", "compression": null,
                    "statistics": 7, "options": [], "not_null": null, "identity": null,
                    "sequences": [{sequences}]}}"#
            )
        };
        let sequence = r#"{"schema": "s", "name": "q", "users": ["default value for x"]}"#;
        let columns = format!("[{}, {}]", column("kept", ""), column("gone", sequence));
        Hanging {
            table: parsed(
                r#"{"partitioned": false, "row_security": false, "force_row_security": false, "unlogged": false,
                "options": [], "toast_options": [], "tablespace": null, "access_method": null,
                "can_set_access_method": true, "replica_identity": "i", "type_comment": null,
                "labels": [{"provider": "p", "column": "kept", "label": "it's"},
                    {"provider": "p", "column": "gone", "label": "l"}],
                "grantors": []}"#,
            ),
            columns: parsed(&columns),
            indexes: parsed(
                r#"[{"name": "i", "comment": "c", "clustered": true, "replica_identity": true,
                "tablespace": null, "statistics": []}]"#,
            ),
            constraints: parsed(
                r#"[{"oid": 1, "name": "k", "kind": "c", "definition": "CHECK (gone > 0)",
                "valid": true, "inherited": false, "comment": null, "index": null, "whole_row": false,
                "columns": ["gone"]},
                {"oid": 2, "name": "e", "kind": "x", "definition": "EXCLUDE (gone WITH =)",
                "valid": true, "inherited": false, "comment": null, "index": "e", "whole_row": false,
                "columns": ["gone"]}]"#,
            ),
            foreign_keys: parsed(
                r#"[{"oid": 3, "name": "f", "is_from": false, "is_to": true,
                "referencing": {"schema": "s", "name": "o", "oid": 5},
                "referenced": {"schema": "s", "name": "t", "oid": 4}, "referencing_owner": null,
                "may_refer": true, "key": "FOREIGN KEY (x) REFERENCES ", "rest": "(gone)",
                "comment": null, "partitions": [], "index": "i", "columns": ["x"],
                "referenced_columns": ["gone"]}]"#,
            ),
            code: parsed(
                r#"{"triggers": [{"name": "r", "definition": "CREATE TRIGGER", "enabled": "O",
                "above": null, "comment": null, "may_execute": true, "function": "f", "columns": ["gone"]}],
                "rules": [{"name": "w", "definition": "CREATE RULE", "enabled": "O",
                "comment": null, "columns": ["gone"]}],
                "policies": [{"name": "p", "command": "ALL", "permissive": true, "roles": [null],
                "using": "true", "check": null, "comment": null, "columns": ["gone"]}]}"#,
            ),
            statistics: parsed(
                r#"[{"oid": 6, "schema": "s", "name": "st", "owner": null, "is_owner": true,
                "may_create": true, "middle": " ON kept, gone", "target": null, "comment": null,
                "whole_row": false, "columns": ["kept", "gone"]}]"#,
            ),
            publications: parsed(
                r#"[{"name": "pu", "owner": null, "columns": ["kept", "gone"], "filter": null,
                "used": []}]"#,
            ),
        }
    }

    fn carried_to(fresh_columns: &[(&str, &str)], has_index: bool) -> Carried {
        let shape = |columns: &[(&str, &str)], has_index: bool| {
            let column = |(name, sql_type): &(&str, &str)| {
                LiveColumn::predicted(name, (*sql_type).to_owned(), true)
            };
            let index = r#"{"name": "i", "form": "btree (gone)", "unique": true, "primary": false,
                "valid": true, "immediate": true, "plain": true, "columns": [], "equality": {}}"#;
            let indexes = if has_index { vec![parsed::<IndexShape>(index)] } else { vec![] };
            Shape { columns: columns.iter().map(column).collect(), indexes }
        };
        let live = QualifiedName::new("s", "t");
        let names = Swapped { fresh: live.sibling("fresh"), live };
        let all = [names.clone()];
        let live = shape(&[("kept", "bigint"), ("gone", "integer")], true);
        let fresh = shape(fresh_columns, has_index);
        let hanging = hanging();
        let (names, all, live, fresh) = (&names, &all, &live, &fresh);
        carry(&Replacing { hanging: &hanging, names, live, fresh, all, members: &[], role: "r" })
    }

    #[test]
    fn what_uses_a_column_that_is_dropped_is_refused() {
        let carried = carried_to(&[("kept", "bigint")], false);
        let uses = |what: &str| format!("{what} uses column \"gone\", which is dropped");
        let expected = [
            "sequence \"s\".\"q\" belongs to column \"gone\", which is dropped, and is used by \
             default value for x"
                .to_owned(),
            uses("check constraint \"k\""),
            uses("exclusion constraint \"e\""),
            "the replica identity is by index \"i\", which is not in the definition".to_owned(),
            uses("statistics object \"s\".\"st\""),
            uses("foreign key \"f\" of table \"s\".\"o\""),
            uses("policy \"p\""),
            uses("rule \"w\""),
            uses("trigger \"r\""),
            uses("publication \"pu\""),
        ];
        assert_eq!(carried.refused, expected);
    }

    #[test]
    fn what_belongs_to_a_column_alone_goes_with_it() {
        let carried = carried_to(&[("kept", "bigint")], false);
        let statements = [carried.create, carried.before, carried.after].concat();
        let sql = statements.iter().map(|statement| statement.sql().to_owned());
        assert_eq!(
            sql.collect::<Vec<_>>(),
            [
                r#"ALTER TABLE "s"."fresh" ALTER COLUMN "kept" SET STORAGE MAIN"#,
                r#"ALTER TABLE "s"."fresh" ALTER COLUMN "kept" SET STATISTICS 7"#,
                r#"SECURITY LABEL FOR "p" ON COLUMN "s"."fresh"."kept" IS E'it''s'"#,
                r#"COMMENT ON COLUMN "s"."t"."kept" IS E'c'"#,
            ]
        );
    }

    #[test]
    fn a_key_that_is_referred_to_has_to_be_in_the_definition() {
        let carried = carried_to(&[("kept", "bigint"), ("gone", "integer")], false);
        let expected = [
            r#"the replica identity is by index "i", which is not in the definition"#,
            r#"foreign key "f" of table "s"."o" refers to "i", which is not in the definition"#,
        ];
        assert_eq!(carried.refused, expected);
    }

    #[test]
    fn a_column_of_another_type_is_stored_as_that_is() {
        let carried = carried_to(&[("kept", "text"), ("gone", "bigint")], true);
        assert_eq!(carried.refused, [""; 0]);
        let storage = |statement: &crate::Statement| statement.sql().contains("STORAGE");
        assert!(!carried.create.iter().any(storage));
        assert!(carried.create.iter().any(|statement| statement.sql().contains("SET STATISTICS")));
    }
}
