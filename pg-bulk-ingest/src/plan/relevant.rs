//! What becomes of each difference: it is made, it is left alone, or it is refused.

use super::filling::{becomes_identity, computed, is_foreign_to_stamp, is_formula, is_identity};
use super::widen::is_wider;
use crate::catalog::IndexShape;
use crate::compare::Change;
use crate::definition::Table;
use crate::made::Made;
use crate::options::{ColumnOrder, Migration};

/// The differences, sorted by what becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Relevant {
    /// Those that are to be made.
    pub(crate) changes: Vec<Change>,
    /// Those that are not: a table that replaces the live one has to have them, too.
    pub(crate) kept: Vec<Change>,
    /// Those that can be neither made nor left, with what can be done about each.
    pub(crate) refused: Vec<String>,
}

/// What becomes of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    Made,
    Kept,
    /// It does not count.
    Ignored,
    Refused(String),
}

/// What becomes of differences depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule<'a> {
    pub(crate) definition: &'a Table,
    pub(crate) made: &'a Made,
    pub(crate) migration: Migration,
    pub(crate) order: ColumnOrder,
    /// Whether a trigger may give a row the values that it lacks.
    pub(crate) is_filled: bool,
}

/// The changes that the settings ask for and that what was made of the table allows; or the
/// differences, where the settings forbid any.
pub(crate) fn relevant(changes: Vec<Change>, rule: Rule<'_>) -> Result<Relevant, Vec<String>> {
    let changes = changes.into_iter().filter(|change| {
        rule.order == ColumnOrder::Exact || !matches!(change, Change::Reorder { .. })
    });
    let changes = changes.collect::<Vec<_>>();
    if rule.migration == Migration::Freeze && !changes.is_empty() {
        return Err(changes.iter().map(ToString::to_string).collect());
    }
    let mut relevant = Relevant::default();
    let fates = changes.iter().map(|change| rule.fate(change, &changes)).collect::<Vec<_>>();
    for (change, fate) in changes.into_iter().zip(fates) {
        match fate {
            Fate::Made => relevant.changes.push(change),
            Fate::Kept => {
                relevant.refused.extend(unfillable(&change).filter(|_| !rule.is_filled));
                relevant.kept.push(change);
            }
            Fate::Ignored => {}
            Fate::Refused(reason) => relevant.refused.push(reason),
        }
    }
    Ok(relevant)
}

/// Why a column cannot stay for which no row has a value.
fn unfillable(change: &Change) -> Option<String> {
    let Change::DropColumn { column } = change else { return None };
    (column.not_null && column.default.is_none()).then(|| {
        format!(
            "column {:?} is not in the struct, is not to be dropped, and is NOT NULL without a \
             default: give it a default, make it nullable, or add a field for it",
            column.name
        )
    })
}

impl Rule<'_> {
    fn fate(self, change: &Change, all: &[Change]) -> Fate {
        match self.migration {
            Migration::Exact | Migration::Freeze => Fate::Made,
            // Rows that are inserted would not get what the column is for.
            Migration::Evolve if is_foreign_to_stamp(self.definition, change) => {
                self.stamp_instead(change)
            }
            Migration::AdditiveOnly if is_foreign_to_stamp(self.definition, change) => {
                Fate::Refused(format!(
                    "{change}: with `Migration::AdditiveOnly` no default is replaced"
                ))
            }
            Migration::AdditiveOnly => self.additive(change, all),
            Migration::Evolve => self.evolve(change, all),
        }
    }

    /// What an ingest made, it may drop; what it did not make, it leaves alone.
    fn evolve(self, change: &Change, all: &[Change]) -> Fate {
        let made = self.made;
        let made_or = |is_made: bool, other: Fate| if is_made { Fate::Made } else { other };
        match change {
            Change::AlterDefault { .. }
                if computed(change).is_some_and(|c| !made.has_column(c)) =>
            {
                Fate::Refused(format!(
                    "{change}, and no ingest made the column, whose values would be replaced: let the \
                     field not be `generated`"
                ))
            }
            Change::AddColumn { .. }
            | Change::AddIndex { .. }
            | Change::AlterDefault { live: None, .. } => Fate::Made,
            Change::DropColumn { column } => made_or(made.has_column(&column.name), Fate::Kept),
            Change::AlterType { live, .. } if made.has_column(&live.name) => Fate::Made,
            Change::AlterType { live, defined } => {
                made_or(is_wider(&live.sql_type, &defined.sql_type), Fate::Kept)
            }
            Change::AlterCollation { live, defined } => match &defined.collation {
                _ if made.has_column(&live.name) => Fate::Made,
                None => Fate::Kept,
                Some(_) => Fate::Refused(format!(
                    "{change}, and no ingest made the column: leave the collation out of the struct"
                )),
            },
            Change::SetNotNull { column } => {
                made_or(made.has_column(column) || self.keys(column, all), Fate::Kept)
            }
            Change::DropNotNull { column } => {
                made_or(made.has_column(column) && !in_kept_key(column, all, made), Fate::Kept)
            }
            Change::AlterDefault { column, .. } => made_or(made.has_default(column), Fate::Kept),
            Change::Reorder { .. } => made_or(made.table, Fate::Ignored),
            Change::PrimaryKey { live: Some(live), defined: None } => {
                made_or(made.has_index(&live.name), Fate::Kept)
            }
            Change::PrimaryKey { live, .. } | Change::AdoptIndex { replaces: live, .. } => {
                match live {
                    Some(live) if !made.has_index(&live.name) => Fate::Refused(format!(
                        "{change}, and no ingest made it: let the struct have the key that is \
                         there, or none, or change the table's"
                    )),
                    _ => Fate::Made,
                }
            }
            Change::DropIndex { index } => made_or(made.has_index(&index.name), Fate::Kept),
        }
    }

    /// A default is replaced, whoever gave it; an identity and an expression if they were made.
    fn stamp_instead(self, change: &Change) -> Fate {
        let Change::AlterDefault { column, live, .. } = change else { return Fate::Made };
        let is_plain = !live.as_deref().is_some_and(|sql| is_identity(sql) || is_formula(sql));
        match is_plain || self.made.has_default(column) {
            true => Fate::Made,
            false => Fate::Refused(format!(
                "{change}, and no ingest made it: let the field be of another column"
            )),
        }
    }

    /// Nothing is dropped and nothing narrowed: what is there but not defined stays, and what is
    /// there and holds more than is defined.
    fn additive(self, change: &Change, all: &[Change]) -> Fate {
        let made_if = |is_additive: bool| if is_additive { Fate::Made } else { Fate::Kept };
        let replaces = |live: &Option<IndexShape>| match live {
            None => Fate::Made,
            Some(_) => Fate::Refused(format!(
                "{change}: with `Migration::AdditiveOnly` no key is dropped for another; \
                 `Migration::Evolve` drops one that an ingest made"
            )),
        };
        match change {
            Change::Reorder { .. } if !self.made.table => Fate::Ignored,
            Change::AddColumn { .. } | Change::AddIndex { .. } | Change::Reorder { .. } => {
                Fate::Made
            }
            Change::DropColumn { .. } | Change::PrimaryKey { defined: None, .. } => Fate::Kept,
            Change::AlterCollation { defined, .. } => made_if(defined.collation.is_some()),
            Change::SetNotNull { column } => made_if(self.keys(column, all)),
            Change::DropNotNull { column } => made_if(!in_kept_key(column, all, &Made::nothing())),
            Change::AlterType { live, defined } => {
                made_if(is_wider(&live.sql_type, &defined.sql_type))
            }
            Change::AlterDefault { .. } if computed(change).is_some() => Fate::Refused(format!(
                "{change}: with `Migration::AdditiveOnly` no values are replaced"
            )),
            Change::AlterDefault { live, .. } => made_if(live.is_none()),
            Change::PrimaryKey { live, .. } | Change::AdoptIndex { replaces: live, .. } => {
                replaces(live)
            }
            // What is left of a failed build of ours is of no use to anybody.
            Change::DropIndex { index } => {
                made_if(!index.valid && self.made.has_index(&index.name))
            }
        }
    }

    /// Whether a column is of a primary key that is added, and so has to be NOT NULL.
    fn keys(self, column: &str, all: &[Change]) -> bool {
        let is_added = |change: &Change| {
            matches!(
                change,
                Change::PrimaryKey { defined: Some(_), .. }
                    | Change::AdoptIndex { primary: true, .. }
            )
        };
        // And so is an identity.
        let is_identity = |change: &Change| becomes_identity(change).is_some_and(|c| c == column);
        if all.iter().any(is_identity) {
            return true;
        }
        let key = self.definition.primary_key().iter();
        let mut key = key.map(|position| self.definition.columns()[*position].name());
        all.iter().any(is_added) && key.any(|name| name == column)
    }
}

/// Whether a column is of a primary key that stays although it is not defined: it cannot be nullable.
fn in_kept_key(column: &str, all: &[Change], made: &Made) -> bool {
    all.iter().any(|change| match change {
        Change::PrimaryKey { live: Some(live), defined: None } => {
            !made.has_index(&live.name) && live.columns.iter().any(|name| name == column)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{Relevant, Rule, relevant};
    use crate::catalog::LiveColumn;
    use crate::compare::Change;
    use crate::definition::Table;
    use crate::made::Made;
    use crate::options::{ColumnOrder, Migration};

    const TABLE: Table = Table::new("public", "t", &[], &[], &[]);

    fn column(name: &str, sql_type: &str, not_null: bool) -> LiveColumn {
        LiveColumn::predicted(name, sql_type.to_owned(), not_null)
    }

    fn judged(change: Change, made: &Made, migration: Migration) -> Relevant {
        let (order, definition) = (ColumnOrder::Exact, &TABLE);
        let rule = Rule { definition, made, migration, order, is_filled: false };
        relevant(vec![change], rule).unwrap_or_default()
    }

    fn is_kept(change: &Change, made: &Made, migration: Migration) -> bool {
        judged(change.clone(), made, migration).kept == [change.clone()]
    }

    fn is_changed(change: &Change, made: &Made, migration: Migration) -> bool {
        judged(change.clone(), made, migration).changes == [change.clone()]
    }

    #[test]
    fn what_was_made_is_changed_and_what_was_not_stays() {
        let default = || Some("1".to_owned());
        let alter = |from: &str, to: &str| Change::AlterType {
            live: column("a", from, false),
            defined: column("a", to, false),
        };
        for change in [
            Change::DropColumn { column: column("a", "integer", false) },
            Change::SetNotNull { column: "a".to_owned() },
            Change::DropNotNull { column: "a".to_owned() },
            Change::AlterDefault { column: "a".to_owned(), live: default(), defined: None },
            alter("text", "character varying(8)"),
        ] {
            assert!(is_changed(&change, &Made::all(), Migration::Evolve), "{change}");
            assert!(is_kept(&change, &Made::nothing(), Migration::Evolve), "{change}");
            assert!(is_changed(&change, &Made::nothing(), Migration::Exact), "{change}");
        }
        for change in [
            Change::AddColumn { column: column("a", "integer", false) },
            alter("character varying(8)", "text"),
            Change::AlterDefault { column: "a".to_owned(), live: None, defined: default() },
        ] {
            for migration in [Migration::Evolve, Migration::AdditiveOnly, Migration::Exact] {
                assert!(is_changed(&change, &Made::nothing(), migration), "{change}");
            }
        }
    }

    #[test]
    fn additions_alone_drop_nothing_whoever_made_it() {
        let change = Change::DropColumn { column: column("a", "integer", false) };
        assert!(is_kept(&change, &Made::all(), Migration::AdditiveOnly));
    }

    #[test]
    fn a_column_that_no_row_fills_is_refused() {
        let change = || Change::DropColumn { column: column("a", "integer", true) };
        assert_eq!(judged(change(), &Made::nothing(), Migration::Evolve).refused.len(), 1);
        assert_eq!(judged(change(), &Made::all(), Migration::Evolve).refused.len(), 0);
    }

    #[test]
    fn the_order_counts_where_the_table_was_made() {
        let change = || Change::Reorder { live: vec![], defined: vec![] };
        assert!(is_changed(&change(), &Made::all(), Migration::Evolve));
        assert_eq!(judged(change(), &Made::nothing(), Migration::Evolve), Relevant::default());
    }
}
