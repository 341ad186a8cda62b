//! Rows of a table that is to be replaced, in the one that replaces it.

use super::cast::Cast;
use super::filling::{becomes_identity, computed, go_on};
use crate::catalog::{IndexShape, LiveColumn, LiveTable};
use crate::compare::Change;
use crate::ident::{Ident, QualifiedName, list};
use crate::settings::while_casting;
use crate::statement::{Cost, LockMode, Statement};

/// A table that is replaced by another with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rebuild {
    /// What cannot be done in place.
    reasons: Vec<String>,
    /// Whether the rows are those of its partitions.
    is_partitioned: bool,
    /// The columns in common.
    copied: Vec<Copied>,
    /// Added columns with defaults that may be others under other settings.
    filled: Vec<Ident>,
    /// The columns that become identities.
    identities: Vec<String>,
}

/// A column whose values are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Copied {
    column: Ident,
    cast: Option<Cast>,
}

/// A query whose answer, a number, has to be 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) sql: String,
    /// How to count one by one, if the query fails for one of the values.
    pub(crate) each: Option<Each>,
    pub(crate) column: Option<String>,
    /// What there are so many of.
    pub(crate) refusal: String,
}

/// A condition on single values that may fail for one, which then is counted too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Each {
    rows: String,
    column: Ident,
    sql_type: String,
    condition: String,
}

impl Each {
    /// Counts by a function of this name, which is created for it.
    pub(crate) fn count(&self, function: &QualifiedName) -> String {
        let Self { rows, column, sql_type, condition } = self;
        format!(
            "CREATE FUNCTION {function}({sql_type}) RETURNS pg_catalog.bool LANGUAGE plpgsql AS \
             $pg_bulk_ingest$BEGIN RETURN {condition}; EXCEPTION WHEN data_exception \
             OR integrity_constraint_violation THEN RETURN true; END$pg_bulk_ingest$;\n\
             SELECT pg_catalog.count(*) FROM {rows} WHERE {function}({column})"
        )
    }
}

impl Rebuild {
    pub(super) fn new(reasons: Vec<String>, changes: &[Change], table: &LiveTable) -> Self {
        let live = &table.shape;
        let copied = |column: &LiveColumn| {
            let is_dropped = |change: &Change| matches!(change, Change::DropColumn { column: dropped } if dropped.name == column.name);
            let cast = |change: &Change| match change {
                Change::AlterType { live, defined } if live.name == column.name => {
                    Some(Cast::new(live, defined))
                }
                _ => None,
            };
            let is_computed = |change: &Change| computed(change) == Some(&column.name);
            if column.is_generated() || changes.iter().any(|c| is_dropped(c) || is_computed(c)) {
                return None;
            }
            let cast = changes.iter().find_map(cast);
            Some(Copied { column: Ident::new(&column.name), cast })
        };
        let filled = |change: &Change| match change {
            Change::AddColumn { column } if computes_default(column) => {
                Some(Ident::new(&column.name))
            }
            _ => None,
        };
        let filled = changes.iter().filter_map(filled).collect();
        let identities = changes.iter().filter_map(becomes_identity).cloned().collect();
        Self {
            reasons,
            is_partitioned: table.kind == 'p',
            identities,
            copied: live.columns.iter().filter_map(copied).collect(),
            filled,
        }
    }

    /// Why it cannot be done in place.
    pub(crate) fn reason(&self) -> String {
        self.reasons.join(", and ")
    }

    /// The rows of the table, to read.
    fn rows(&self, live: &QualifiedName) -> String {
        if self.is_partitioned { live.to_string() } else { format!("ONLY {live}") }
    }

    /// Copies the rows.
    pub(crate) fn copy(&self, live: &QualifiedName, fresh: &QualifiedName) -> Vec<Statement> {
        let columns = list(self.copied.iter().map(|copied| &copied.column));
        let values = list(self.copied.iter().map(Copied::value));
        let rows = self.rows(live);
        let sql = format!(
            "INSERT INTO {fresh} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {rows}"
        );
        let copy = Statement::new(sql, LockMode::None, "the rows are kept").costing(Cost::Rewrite);
        let identities = self.identities.iter();
        let identities = identities.map(|column| go_on(fresh, column, LockMode::None));
        let mut casts = self.copied.iter().filter_map(|copied| copied.cast.as_ref());
        if !casts.any(Cast::depends_on_settings) {
            return std::iter::once(copy).chain(identities).collect();
        }
        let mut statements = while_casting(vec![copy]);
        if !self.filled.is_empty() {
            // By the session's settings, not by those under which the others were cast.
            let set = list(self.filled.iter().map(|column| format!("{column} = DEFAULT")));
            let sql = format!("UPDATE {fresh} SET {set}");
            let purpose = "defaults are computed under the session's settings";
            statements.push(Statement::new(sql, LockMode::None, purpose).costing(Cost::Rewrite));
        }
        statements.extend(identities);
        statements
    }

    /// What would be lost by a change of type, or could not be changed.
    pub(crate) fn checks(&self, live: &QualifiedName) -> Vec<Check> {
        let check = |copied: &Copied| {
            let cast = copied.cast.as_ref().filter(|cast| !cast.is_safe())?;
            let column = &copied.column;
            let rows = self.rows(live);
            let sql = format!(
                "SELECT pg_catalog.count(*) FROM {rows} WHERE {}",
                cast.loses(&column.to_string())
            );
            let (from, to) = (cast.from(), cast.to());
            Some(Check {
                sql,
                each: Some(Each {
                    rows,
                    column: column.clone(),
                    sql_type: from.to_owned(),
                    condition: cast.loses("$1"),
                }),
                column: Some(column.as_str().to_owned()),
                refusal: format!("hold a value of type {from} that {to} cannot hold as it is"),
            })
        };
        self.copied.iter().filter_map(check).collect()
    }
}

/// Whether a column has a default that a function computes, which may see the session's settings.
fn computes_default(column: &LiveColumn) -> bool {
    !column.is_generated()
        && !column.is_identity()
        && column.default.as_deref().is_some_and(calls_function)
}

/// Whether a printed expression calls a function: a name stands before a parenthesis, and is not that
/// of a type with a modifier. A literal that looks like one counts too, which costs time and nothing else.
fn calls_function(expression: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '"';
    let is_call = |(at, _): (usize, &str)| {
        let before = &expression[..at];
        let name = before.rsplit("::").next().unwrap_or(before);
        let is_type = before.len() > name.len() && name.chars().all(|c| is_of_name(c) || c == ' ');
        before.ends_with(is_of_name) && !is_type
    };
    expression.match_indices('(').any(is_call)
        || ["CURRENT_", "LOCALTIME"].iter().any(|part| expression.contains(part))
}

impl Copied {
    fn value(&self) -> String {
        match &self.cast {
            Some(cast) => cast.value(&self.column.to_string()),
            None => self.column.to_string(),
        }
    }
}

/// What the rows that are there must not hold.
pub(crate) fn checks(changes: &[Change], live: &QualifiedName) -> Vec<Check> {
    let check = |change: &Change| {
        let (column, condition, refusal) = match change {
            Change::AddColumn { column } if column.not_null && column.default.is_none() => (
                column.name.clone(),
                String::new(),
                "would have no value: the column is missing, and defined as NOT NULL without a \
                 default",
            ),
            Change::SetNotNull { column } => (
                column.clone(),
                format!(" WHERE {} IS NULL", Ident::new(column)),
                "hold NULL, and the column is defined as NOT NULL",
            ),
            _ => return None,
        };
        // Rows of tables that inherit from it, too: the changes are theirs as well.
        let sql = format!("SELECT pg_catalog.count(*) FROM {live}{condition}");
        Some(Check { sql, each: None, column: Some(column), refusal: refusal.to_owned() })
    };
    changes.iter().filter_map(check).collect()
}

/// Whether rows that are there have equal keys, which a new unique constraint does not allow. One that is
/// being built already, partition by partition, is not asked for again.
pub(crate) fn key_checks(changes: &[Change], live: &LiveTable, name: &QualifiedName) -> Vec<Check> {
    let shape = &live.shape;
    let rows = live.own_rows(name);
    let is_begun = |index: &IndexShape| {
        let is_it = |live: &IndexShape| !live.valid && live.unique && live.form == index.form;
        live.kind == 'p' && shape.indexes.iter().any(is_it)
    };
    let check = |change: &Change| {
        let index = match change {
            Change::PrimaryKey { defined: Some(index), .. } => index,
            Change::AddIndex { index } if index.unique && index.plain => index,
            _ => return None,
        };
        let is_live = |name: &String| shape.columns.iter().any(|column| column.name == *name);
        if index.columns.is_empty() || !index.columns.iter().all(is_live) || is_begun(index) {
            return None;
        }
        let idents = index.columns.iter().map(Ident::new).collect::<Vec<_>>();
        let not_null = idents.iter().map(|column| format!("{column} IS NOT NULL"));
        let sql = format!(
            "SELECT pg_catalog.count(*) FROM (SELECT FROM {rows} WHERE {} GROUP BY {} \
             HAVING pg_catalog.count(*) > 1) AS equal",
            not_null.collect::<Vec<_>>().join(" AND "),
            list(&idents)
        );
        let refusal = format!("have several rows, and {} is defined to be unique", index.form);
        Some(Check { sql, each: None, column: None, refusal })
    };
    changes.iter().filter_map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::calls_function;

    #[test]
    fn a_type_with_a_modifier_is_no_function() {
        for constant in [
            "1",
            "(1 + 1)",
            "'a'::character varying(16)",
            "'2026-01-01'::timestamp(3) without time zone",
        ] {
            assert!(!calls_function(constant), "{constant}");
        }
        for computed in ["now()", "(now())::text", "CURRENT_USER", "lower('A'::text)", "s.\"f\"(1)"]
        {
            assert!(calls_function(computed), "{computed}");
        }
    }
}
