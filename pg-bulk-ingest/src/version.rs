//! A version of a table: a partition of its own, which is filled before it is attached.
//!
//! The table is partitioned by list over one column, whose value is the version's label. Until it is complete,
//! the version is a table beside it, which nobody reads.

mod contents;
mod latest;
mod standing;

pub(crate) use contents::compare;
pub(crate) use latest::{give, grants, number};
pub(crate) use standing::{Standing, published, standing};

use crate::ident::{Ident, Literal, QualifiedName};
use crate::options::Versions;
use crate::partition;
use crate::statement::{LockMode, Statement};

/// The constraint by which a version that is being filled is known, and which refuses rows of others.
pub(crate) const CONSTRAINT: &str = "pg_bulk_ingest_version";

/// A version that is being filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// The partitioned table.
    pub(crate) table: QualifiedName,
    /// Its OID.
    pub(crate) oid: u32,
    /// The column that has the label.
    pub(crate) column: String,
    /// The label, as PostgreSQL prints it.
    pub(crate) label: String,
    pub(crate) versions: Versions,
}

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) name: QualifiedName,
    /// As PostgreSQL prints it.
    pub(crate) label: String,
    /// Greater than those of all before it.
    pub(crate) number: u64,
}

impl Draft {
    /// The name of the version's table, before and after it is attached.
    pub(crate) fn name(&self) -> QualifiedName {
        let name = self.table.partition_names(&self.label).next().unwrap_or_default();
        self.table.sibling(name)
    }

    /// What its rows meet.
    fn condition(&self) -> String {
        format!("{} = {}", Ident::new(&*self.column), Literal(&self.label))
    }

    /// Creates its table.
    pub(crate) fn create(&self) -> Statement {
        let (name, condition) = (self.name(), self.condition());
        let (like, constraint) = (partition::like(&self.table), Ident::new(CONSTRAINT));
        let sql =
            format!("CREATE TABLE {name} ({like}, CONSTRAINT {constraint} CHECK ({condition}))");
        Statement::new(sql, LockMode::None, "the version is filled before it is attached")
    }

    /// Drops it, as if it had never begun.
    pub(crate) fn drop(&self) -> Statement {
        let sql = format!("DROP TABLE {}", self.name());
        Statement::new(sql, LockMode::AccessExclusive, "the version is not published")
    }

    /// Attaches it; `lock` is what that locks the table with.
    pub(crate) fn attach(&self, owner: Option<&str>, lock: LockMode) -> Vec<Statement> {
        let (name, table, label) = (self.name(), &self.table, Literal(&self.label));
        let purpose = "the version is published";
        let owner = owner.map(|owner| {
            let sql = format!("ALTER TABLE {name} OWNER TO {}", Ident::new(owner));
            Statement::new(sql, LockMode::AccessExclusive, purpose)
        });
        let attach = format!("ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES IN ({label})");
        let attach = Statement::new(attach, lock, purpose);
        // The partition's own bounds say it now.
        let constraint = Ident::new(CONSTRAINT);
        let settle = format!("ALTER TABLE {name} DROP CONSTRAINT {constraint}");
        let settle = Statement::new(settle, LockMode::AccessExclusive, purpose);
        owner.into_iter().chain([attach, settle]).collect()
    }

    /// Of published versions, those that are not kept once one more is.
    pub(crate) fn outlived<'a>(&self, published: &'a [Published]) -> Vec<&'a Published> {
        let mut sorted = published.iter().collect::<Vec<_>>();
        sorted.sort_by_key(|version| std::cmp::Reverse(version.number));
        let kept = self.versions.kept.map_or(sorted.len(), |kept| kept.saturating_sub(1));
        sorted.split_off(kept.min(sorted.len()))
    }

    /// Detaches and drops a version.
    pub(crate) fn remove(&self, version: &Published) -> Vec<Statement> {
        let (name, table) = (&version.name, &self.table);
        let purpose = "newer versions are kept";
        let detach = format!("ALTER TABLE {table} DETACH PARTITION {name}");
        let detach = Statement::new(detach, LockMode::AccessExclusive, purpose);
        let drop = Statement::new(format!("DROP TABLE {name}"), LockMode::AccessExclusive, purpose);
        vec![detach, drop.dropping_data()]
    }
}

/// The newest of published versions.
pub(crate) fn newest(published: &[Published]) -> Option<&Published> {
    published.iter().max_by_key(|version| version.number)
}

#[cfg(test)]
mod tests {
    use super::{Draft, Published, newest};
    use crate::ident::QualifiedName;
    use crate::options::Versions;
    use crate::statement::{LockMode, script};

    fn draft(versions: Versions) -> Draft {
        Draft {
            table: QualifiedName::new("s", "rate"),
            oid: 7,
            column: "day".to_owned(),
            label: "2026-11-29".to_owned(),
            versions,
        }
    }

    fn published(numbers: &[u64]) -> Vec<Published> {
        let version = |number: &u64| Published {
            name: QualifiedName::new("s", format!("rate_{number}")),
            label: number.to_string(),
            number: *number,
        };
        numbers.iter().map(version).collect()
    }

    #[test]
    fn the_newest_are_kept() {
        let versions = published(&[2, 9, 4]);
        let outlived = |kept| {
            let draft = draft(kept);
            draft.outlived(&versions).iter().map(|version| version.number).collect::<Vec<_>>()
        };
        assert_eq!(outlived(Versions::all()), [0_u64; 0]);
        assert_eq!(outlived(Versions::keep(9)), [0_u64; 0]);
        assert_eq!(outlived(Versions::keep(3)), [2]);
        assert_eq!(outlived(Versions::keep(1)), [9, 4, 2]);
        assert_eq!(outlived(Versions::keep(0)), [9, 4, 2]);
        assert_eq!(newest(&versions).map(|version| version.number), Some(9));
    }

    #[test]
    fn what_attaching_proves_is_known_before() {
        let draft = draft(Versions::all());
        let sql = draft.create().sql().to_owned();
        assert!(sql.contains(r#"CHECK ("day" = E'2026-11-29')"#), "{sql}");
        let sql = script(&draft.attach(Some("o"), LockMode::ShareUpdateExclusive));
        assert!(sql.contains(r#"OWNER TO "o""#), "{sql}");
        assert!(
            sql.contains(r#"ATTACH PARTITION "s"."rate_2026-11-29" FOR VALUES IN (E'2026-11-29')"#),
            "{sql}"
        );
        assert!(sql.ends_with(r#"DROP CONSTRAINT "pg_bulk_ingest_version""#), "{sql}");
    }
}
