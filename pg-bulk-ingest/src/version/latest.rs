//! The view of the newest version.

use super::Draft;
use crate::catalog::LatestView;
use crate::ident::{Ident, Literal, QualifiedName, list};
use crate::statement::{LockMode, Statement};

const PURPOSE: &str = "it shows the newest version";

impl Draft {
    /// The name of the view.
    pub(crate) fn view(&self) -> QualifiedName {
        self.table.latest()
    }

    /// Shows this version in the view. `columns` are those of the table that are shown, each with its type.
    pub(crate) fn show(
        &self,
        columns: &[(String, String)],
        found: Option<&LatestView>,
        checks_readers: bool,
    ) -> Vec<Statement> {
        let (view, table, condition) = (self.view(), &self.table, self.condition());
        let names = list(columns.iter().map(|(name, _)| Ident::new(&**name)));
        let select = format!("SELECT {names} FROM {table} WHERE {condition}");
        let statement = |sql: String| {
            Statement::new(sql, LockMode::AccessExclusive, PURPOSE).of_view(view.clone())
        };
        let Some(found) = found else {
            let options = if checks_readers { " WITH (security_invoker = true)" } else { "" };
            return vec![statement(format!("CREATE VIEW {view}{options} AS {select}"))];
        };
        let options = match found.options.as_slice() {
            [] => String::new(),
            options => format!(" WITH ({})", list(options.iter().map(|option| with_value(option)))),
        };
        if columns.starts_with(&found.columns) {
            let replace = format!("CREATE OR REPLACE VIEW {view}{options} AS {select}");
            return vec![statement(replace)];
        }
        let mut statements = vec![
            statement(format!("DROP VIEW {view}")),
            statement(format!("CREATE VIEW {view}{options} AS {select}")),
            statement(format!("ALTER VIEW {view} OWNER TO {}", Ident::new(&*found.owner))),
        ];
        statements.extend(found.grants.iter().map(|(role, privilege, is_grantable)| {
            let role =
                role.as_ref().map_or("PUBLIC".to_owned(), |role| Ident::new(&**role).to_string());
            let option = if *is_grantable { " WITH GRANT OPTION" } else { "" };
            statement(format!("GRANT {privilege} ON {view} TO {role}{option}"))
        }));
        statements.extend(
            found.comment.as_deref().map(|comment| {
                statement(format!("COMMENT ON VIEW {view} IS {}", Literal(comment)))
            }),
        );
        statements
    }
}

/// Lets those read the view who read the table.
pub(crate) fn grants(view: &QualifiedName, readers: &[String]) -> Option<Statement> {
    let sql = format!("GRANT SELECT ON {view} TO {}", list(readers));
    let purpose = "they read the table that it shows";
    let grant = Statement::new(sql, LockMode::AccessExclusive, purpose);
    (!readers.is_empty()).then_some(grant)
}

/// Gives the view to the owner of the table.
pub(crate) fn give(view: &QualifiedName, owner: &str) -> Statement {
    let sql = format!("ALTER VIEW {view} OWNER TO {}", Ident::new(owner));
    Statement::new(sql, LockMode::AccessExclusive, "the table's owner is its owner")
}

/// Says in the view's comment which version it shows.
pub(crate) fn number(view: &QualifiedName, comment: &str) -> Statement {
    let sql = format!("COMMENT ON VIEW {view} IS {}", Literal(comment));
    Statement::new(sql, LockMode::AccessExclusive, "the view is known by it")
}

/// `name=value`, as SQL.
fn with_value(option: &str) -> String {
    match option.split_once('=') {
        Some((name, value)) => format!("{} = {}", Ident::new(name), Literal(value)),
        None => Ident::new(option).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::LatestView;
    use crate::ident::QualifiedName;
    use crate::options::Versions;
    use crate::statement::script;
    use crate::version::Draft;

    fn columns(names: &[&str]) -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), "text".to_owned())).collect()
    }

    fn show(shown: &[&str], found: Option<&[&str]>) -> String {
        let draft = Draft {
            table: QualifiedName::new("s", "t"),
            oid: 7,
            column: "v".to_owned(),
            label: "b".to_owned(),
            versions: Versions::all(),
        };
        let found = found.map(|found| LatestView {
            kind: 'v',
            oid: 8,
            columns: columns(found),
            options: vec!["security_barrier=true".to_owned()],
            owner: "o".to_owned(),
            grants: vec![(Some("r".to_owned()), "SELECT".to_owned(), true)],
            comment: Some("c".to_owned()),
        });
        script(&draft.show(&columns(shown), found.as_ref(), false))
    }

    #[test]
    fn a_view_is_replaced_where_its_columns_stay() {
        assert_eq!(
            show(&["v", "a"], None),
            r#"CREATE VIEW "s"."t_latest" AS SELECT "v", "a" FROM "s"."t" WHERE "v" = E'b'"#
        );
        assert_eq!(
            show(&["v", "a"], Some(&["v"])),
            r#"CREATE OR REPLACE VIEW "s"."t_latest" WITH ("security_barrier" = E'true') AS SELECT "v", "a" FROM "s"."t" WHERE "v" = E'b'"#
        );
    }

    #[test]
    fn what_was_granted_on_a_view_that_is_made_again_is_kept() {
        let sql = show(&["v", "a"], Some(&["v", "b"]));
        assert!(sql.starts_with(r#"DROP VIEW "s"."t_latest""#), "{sql}");
        assert!(sql.contains(r#"OWNER TO "o""#), "{sql}");
        assert!(
            sql.contains(r#"GRANT SELECT ON "s"."t_latest" TO "r" WITH GRANT OPTION"#),
            "{sql}"
        );
        assert!(sql.ends_with("COMMENT ON VIEW \"s\".\"t_latest\" IS E'c'"), "{sql}");
    }
}
