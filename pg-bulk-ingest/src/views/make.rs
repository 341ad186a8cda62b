//! The statements that make one view again.

use super::settings;
use crate::catalog::{Commented, Grant, View};
use crate::ident::{Ident, Literal, QualifiedName, list};
use crate::statement::{LockMode, Statement};

const AGAIN: &str = "the view is made again over the new table";
const KEPT: &str = "what the view had is kept";

/// A view that is made, in the place where it is made.
pub(super) struct Making<'a> {
    pub(super) view: &'a View,
    pub(super) at: QualifiedName,
    /// The role that makes it.
    pub(super) role: &'a str,
}

impl Making<'_> {
    fn statement(&self, sql: String, purpose: &'static str) -> Statement {
        Statement::new(sql, LockMode::None, purpose).of_view(self.view.name())
    }

    fn kind(&self) -> &'static str {
        if self.view.materialized { "MATERIALIZED VIEW" } else { "VIEW" }
    }

    fn alter(&self, change: &str) -> Statement {
        let sql = format!("ALTER {} {} {change}", self.kind(), self.at);
        self.statement(sql, KEPT)
    }

    /// Makes a view that has the columns and reads nothing.
    pub(super) fn placeholder(&self, replace: bool) -> Statement {
        let columns = self.view.columns.iter().map(|column| {
            let collation = column.collation.as_ref().map(|name| format!(" COLLATE {name}"));
            let collation = collation.unwrap_or_default();
            format!("NULL::{}{collation} AS {}", column.sql_type, Ident::new(&column.name))
        });
        let create = if replace { "CREATE OR REPLACE VIEW" } else { "CREATE VIEW" };
        let sql = format!("{create} {} AS SELECT {}", self.at, list(columns));
        self.statement(sql, "views that read each other are taken apart")
    }

    /// Makes the view. A materialized view is made without data: it is filled by its owner.
    pub(super) fn create(&self, definition: &str) -> Statement {
        let (view, at) = (self.view, &self.at);
        let options = view.options.iter().map(|option| option_sql("", option));
        let toast = view.toast_options.iter().map(|option| option_sql("toast.", option));
        let options = list(options.chain(toast));
        let with = if options.is_empty() { options } else { format!(" WITH ({options})") };
        if !view.materialized {
            let sql = format!("CREATE OR REPLACE VIEW {at}{with} AS {definition}");
            return self.statement(sql, AGAIN);
        }
        let method = view.access_method.as_ref().map(|name| format!(" USING {}", Ident::new(name)));
        let space =
            view.tablespace.as_ref().map(|name| format!(" TABLESPACE {}", Ident::new(name)));
        let (method, space) = (method.unwrap_or_default(), space.unwrap_or_default());
        let sql = format!(
            "CREATE MATERIALIZED VIEW {at}{method}{with}{space} AS {definition} WITH NO DATA"
        );
        self.statement(sql, AGAIN)
    }

    /// Its owner, and nothing but what was granted on it.
    pub(super) fn owner_and_grants(&self) -> Vec<Statement> {
        let (view, at) = (self.view, &self.at);
        let mut statements = Vec::new();
        if view.owner != self.role {
            statements.push(self.alter(&format!("OWNER TO {}", Ident::new(&view.owner))));
        }
        if view.has_default_grants {
            return statements;
        }
        let mut grantees = vec![self.role, &view.owner];
        grantees.extend(view.default_grantees.iter().map(String::as_str));
        let grantees = settings::roles(&grantees);
        statements.push(self.statement(format!("REVOKE ALL ON TABLE {at} FROM {grantees}"), KEPT));
        let alike = |a: &Grant, b: &Grant| (&a.grantee, a.grantable) == (&b.grantee, b.grantable);
        statements.extend(view.grants.chunk_by(alike).map(|grants| {
            let option = if grants[0].grantable { " WITH GRANT OPTION" } else { "" };
            let privileges = list(grants.iter().map(Grant::privilege_sql));
            let grantee = grants[0].grantee_sql();
            self.statement(format!("GRANT {privileges} ON TABLE {at} TO {grantee}{option}"), KEPT)
        }));
        statements
    }

    /// How a materialized view stores its rows.
    pub(super) fn storage(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        for column in self.view.columns.iter().filter(|_| self.view.materialized) {
            let changes = [
                column.storage.as_ref().map(|storage| format!("SET STORAGE {storage}")),
                column.compression.as_ref().map(|method| format!("SET COMPRESSION {method}")),
                column.statistics.map(|target| format!("SET STATISTICS {target}")),
                (!column.options.is_empty()).then(|| {
                    let options = column.options.iter().map(|option| option_sql("", option));
                    format!("SET ({})", list(options))
                }),
            ];
            let name = Ident::new(&column.name);
            let changes = changes.into_iter().flatten();
            statements
                .extend(changes.map(|change| self.alter(&format!("ALTER COLUMN {name} {change}"))));
        }
        statements
    }

    /// Fills a materialized view, as its owner, under the session's own settings.
    pub(super) fn fill(&self) -> Vec<Statement> {
        let fill = format!("REFRESH MATERIALIZED VIEW {}", self.at);
        let fill =
            self.statement(fill, "a materialized view that held data holds that of the new table");
        std::iter::once(settings::reset()).chain([fill]).chain(settings::set()).collect()
    }

    /// Builds the indexes of a materialized view, the definitions given.
    pub(super) fn indexes(&self, definitions: &[String]) -> Vec<Statement> {
        let mut statements = Vec::new();
        for (index, definition) in self.view.indexes.iter().zip(definitions) {
            let name = self.at.sibling(&index.name);
            statements.push(settings::tablespace(index.tablespace.as_deref()));
            statements.push(self.statement(definition.clone(), KEPT));
            statements.extend(index.statistics.iter().map(|(column, target)| {
                let sql =
                    format!("ALTER INDEX {name} ALTER COLUMN {column} SET STATISTICS {target}");
                self.statement(sql, KEPT)
            }));
            let name = Ident::new(&index.name);
            if index.clustered {
                statements.push(self.alter(&format!("CLUSTER ON {name}")));
            }
            if index.replica_identity {
                statements.push(self.alter(&format!("REPLICA IDENTITY USING INDEX {name}")));
            }
        }
        statements.push(settings::tablespace(None));
        if let Some(identity) = &self.view.replica_identity {
            statements.push(self.alter(&format!("REPLICA IDENTITY {identity}")));
        }
        if self.view.holds_data() {
            statements
                .push(self.statement(format!("ANALYZE {}", self.at), "statistics of its rows"));
        }
        statements
    }

    /// What is left once all views have their names: what refers to other views, and words.
    pub(super) fn finish(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        let (view, at) = (self.view, &self.at);
        for part in view.rules.iter().chain(&view.triggers) {
            statements.push(self.statement(part.definition.clone(), KEPT));
        }
        for column in &view.columns {
            if let Some(default) = &column.default {
                let name = Ident::new(&column.name);
                statements.push(self.alter(&format!("ALTER COLUMN {name} SET DEFAULT {default}")));
            }
        }
        for comment in &view.comments {
            let name = comment.name.as_ref().map(Ident::new);
            let name = name.map(|name| name.to_string()).unwrap_or_default();
            let on = match comment.on {
                Commented::Relation => format!("{} {at}", self.kind()),
                Commented::Type => format!("TYPE {at}"),
                Commented::Column => format!("COLUMN {at}.{name}"),
                Commented::Index => format!("INDEX {}.{name}", at.schema_ident()),
                Commented::Rule => format!("RULE {name} ON {at}"),
                Commented::Trigger => format!("TRIGGER {name} ON {at}"),
            };
            let sql = format!("COMMENT ON {on} IS {}", Literal(&comment.text));
            statements.push(self.statement(sql, KEPT));
        }
        for label in &view.labels {
            let on = match &label.column {
                Some(column) => format!("COLUMN {at}.{}", Ident::new(column)),
                None => format!("{} {at}", self.kind()),
            };
            let (provider, label) = (Ident::new(&label.provider), Literal(&label.label));
            let sql = format!("SECURITY LABEL FOR {provider} ON {on} IS {label}");
            statements.push(self.statement(sql, KEPT));
        }
        statements
    }

    /// Moves the view to the schema in which it belongs.
    pub(super) fn move_home(&self) -> Statement {
        let schema = self.view.name();
        let sql = format!("ALTER {} {} SET SCHEMA {}", self.kind(), self.at, schema.schema_ident());
        self.statement(sql, AGAIN)
    }

    /// Drops the rules, which may refer to other views.
    pub(super) fn drop_rules(&self) -> Vec<Statement> {
        let drop = |name: &String| {
            let sql = format!("DROP RULE {} ON {}", Ident::new(name), self.at);
            Statement::new(sql, LockMode::AccessExclusive, AGAIN).of_view(self.view.name())
        };
        self.view.rules.iter().map(|rule| drop(&rule.name)).collect()
    }

    /// Drops the view.
    pub(super) fn drop(&self) -> Statement {
        let sql = format!("DROP {} {}", self.kind(), self.at);
        Statement::new(sql, LockMode::AccessExclusive, AGAIN).of_view(self.view.name())
    }
}

/// `name=value` as SQL.
fn option_sql(namespace: &str, option: &str) -> String {
    let (name, value) = option.split_once('=').unwrap_or((option, "true"));
    format!("{namespace}{}={}", Ident::new(name), Literal(value))
}
