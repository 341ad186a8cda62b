//! The steps that build an index of a partitioned table, partition by partition.

use super::serves;
use crate::catalog::{Branch, BranchIndex, IndexShape, Tree};
use crate::ident::{Ident, QualifiedName, free_name_unless};
use crate::made::Delta;
use crate::plan::index_name::{UNATTACHED, index_name_unless, is_to_be_attached, keys};
use crate::plan::migrate::Subject;
use crate::plan::step::Step;
use crate::statement::{Cost, LockMode, Statement};
use std::collections::BTreeSet;

/// The indexes that are built of one partitioned table.
pub(super) struct Building<'a> {
    subject: &'a Subject<'a>,
    tree: &'a Tree,
    taken: BTreeSet<QualifiedName>,
    /// The indexes of partitions that are attached.
    used: BTreeSet<QualifiedName>,
    /// The tables whose indexes become valid with the part that is attached last.
    above: Vec<QualifiedName>,
    steps: Vec<Step>,
}

/// An index that is wanted, and what for.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    index: &'a IndexShape,
    purpose: &'a str,
}

/// Whether it was built for a partition, and not attached.
fn is_unattached(index: &BranchIndex) -> bool {
    is_to_be_attached(&index.name) && index.part_of.is_none()
}

impl<'a> Building<'a> {
    pub(super) fn new(subject: &'a Subject<'a>) -> Self {
        let tree = &subject.surroundings.tree;
        let mut building = Self {
            subject,
            tree,
            taken: tree.taken().collect(),
            used: BTreeSet::new(),
            above: Vec::new(),
            steps: Vec::new(),
        };
        for (branch, index) in unattached(tree) {
            // It goes, and its name is free again.
            if !index.valid && !branch.is_partitioned() {
                building.taken.remove(&branch.qualified_name().sibling(&*index.name));
            }
        }
        building
    }

    /// The steps of all indexes; first what is left of builds that were interrupted goes.
    pub(super) fn steps(self) -> Vec<Step> {
        leftovers(self.tree, &self.used).into_iter().chain(self.steps).collect()
    }

    /// Builds an index of the table, or what is missing of one. Returns in how many steps.
    pub(super) fn build(&mut self, index: &IndexShape, purpose: &str) -> usize {
        let before = self.steps.len();
        let Some(root) = self.tree.root() else { return 0 };
        let wanted = Wanted { index, purpose };
        let name = match self.subject.unfinished(index) {
            Some(live) => live.name.clone(),
            None => {
                let name = self.free(root, index);
                let made = Delta { indexes: vec![(name.clone(), true)], ..Delta::default() };
                let statements = vec![of_itself(root, wanted, &name)];
                let awaited = vec![root.qualified_name()];
                self.steps.push(Step::Attempts { awaited, statements, made });
                name
            }
        };
        self.grow(root, wanted, &name);
        self.steps.len() - before
    }

    /// Gives each partition its part of an index of the table that it is a partition of.
    ///
    /// One that has partitions itself gets its part attached once that is valid: PostgreSQL would else lock
    /// the table above, for all who read it, when the last of the parts below is attached.
    fn grow(&mut self, above: &'a Branch, wanted: Wanted<'_>, name: &str) {
        let whole = above.qualified_name().sibling(name);
        for branch in self.tree.below(above) {
            let attached = branch.indexes.iter().find(|one| one.part_of.as_deref() == Some(name));
            match attached {
                Some(part) if branch.is_partitioned() => {
                    let before = std::mem::replace(&mut self.above, vec![above.qualified_name()]);
                    self.above.extend_from_slice(&before);
                    self.grow(branch, wanted, &part.name);
                    self.above = before;
                }
                Some(_) => {}
                None => self.add_part(branch, wanted, &whole),
            }
        }
    }

    /// Gives a partition its part of an index, with those of its own partitions.
    fn add_part(&mut self, branch: &'a Branch, wanted: Wanted<'_>, whole: &QualifiedName) {
        let found = self.found(branch, wanted.index);
        let name = match found {
            Some(found) => found.name.clone(),
            None if branch.is_partitioned() => {
                let name = self.unattached_name(branch, wanted.index);
                let statements = vec![of_itself(branch, wanted, &name)];
                self.steps.push(attempts(vec![branch.qualified_name()], statements));
                name
            }
            None => self.concurrently(branch, wanted),
        };
        let mut above = Vec::new();
        if branch.is_partitioned() {
            above = std::mem::take(&mut self.above);
            self.grow(branch, wanted, &name);
        }
        self.above.append(&mut above);
        self.attach(branch, &name, found, wanted, whole);
    }

    /// An index of a partition that there is.
    fn found(&mut self, branch: &'a Branch, index: &IndexShape) -> Option<&'a BranchIndex> {
        let name = |one: &BranchIndex| branch.qualified_name().sibling(&*one.name);
        let mut indexes = branch.indexes.iter();
        let found =
            indexes.find(|one| serves(one, branch, index) && !self.used.contains(&name(one)))?;
        self.used.insert(name(found));
        Some(found)
    }

    /// Builds an index of a partition while readers and writers go on. Returns its name.
    fn concurrently(&mut self, branch: &Branch, wanted: Wanted<'_>) -> String {
        let Wanted { index, purpose } = wanted;
        let table = branch.qualified_name();
        let name = self.unattached_name(branch, index);
        let built = table.sibling(&*name);
        let unique = if index.unique { "UNIQUE " } else { "" };
        let sql = format!(
            "CREATE {unique}INDEX CONCURRENTLY {} ON {table} USING {}",
            built.name_ident(),
            index.form
        );
        let statement = Statement::new(sql, LockMode::ShareUpdateExclusive, purpose.to_owned());
        self.steps.push(Step::Outside {
            statement: statement.costing(Cost::Scan).outside_transaction(),
            undo: drop_concurrently(&built, "it could not be built"),
        });
        name
    }

    /// Attaches an index of a partition, which then gets its name for good.
    fn attach(
        &mut self,
        branch: &Branch,
        index: &str,
        found: Option<&BranchIndex>,
        wanted: Wanted<'_>,
        whole: &QualifiedName,
    ) {
        let table = branch.qualified_name();
        let name = match found.is_none_or(is_unattached) {
            true => self.free(branch, wanted.index),
            false => index.to_owned(),
        };
        let (from, part) = (table.sibling(index), table.sibling(&*name));
        let mut statements = Vec::new();
        let mut awaited = vec![from.clone()];
        let is_constraint =
            branch.is_partitioned() || found.is_some_and(|one| one.constraint.is_some());
        if wanted.index.unique && !is_constraint {
            statements.push(using(&table, &name, index, wanted));
            awaited = vec![table];
        } else if index != name {
            let sql = format!("ALTER INDEX {from} RENAME TO {}", part.name_ident());
            let lock = LockMode::ShareUpdateExclusive;
            statements.push(Statement::new(sql, lock, wanted.purpose.to_owned()));
        }
        let sql = format!("ALTER INDEX {whole} ATTACH PARTITION {part}");
        // Of the partition's index, on which who reads the partition has a lock.
        let attach = Statement::new(sql, LockMode::AccessExclusive, wanted.purpose.to_owned());
        statements.push(attach);
        awaited.extend(self.above.iter().cloned());
        self.steps.push(attempts(awaited, statements));
    }

    /// Builds what a primary key is over that replaces another, and returns the statements that exchange
    /// them. An invalid index of the table alone says until then that it is ours; its name is returned too.
    pub(super) fn replace_key(
        &mut self,
        old: &str,
        index: &IndexShape,
        purpose: &str,
    ) -> (Vec<Statement>, Option<String>) {
        let wanted = Wanted { index, purpose };
        let alter = |sql: String| self.subject.alter(&sql, purpose.to_owned());
        let drop = alter(format!("DROP CONSTRAINT {}", Ident::new(old)));
        let add = alter(format!("ADD CONSTRAINT {} {}", Ident::new(old), constraint(index)));
        let begun = self.begin_key(wanted);
        let mut statements = vec![drop];
        let leaves = self.tree.branches().iter().filter(|branch| !branch.is_partitioned());
        for branch in leaves {
            let found = self.found(branch, index).map(|found| found.name.clone());
            let built = found.unwrap_or_else(|| self.concurrently(branch, wanted));
            let key = branch.indexes.iter().find(|one| one.primary);
            let name = key.and_then(|key| key.constraint.clone());
            let name = name.unwrap_or_else(|| self.free(branch, index));
            statements.push(using(&branch.qualified_name(), &name, &built, wanted));
        }
        statements.push(add);
        if let Some(begun) = &begun {
            let sql = format!("DROP INDEX {}", self.subject.name.sibling(&**begun));
            statements.push(Statement::new(sql, LockMode::AccessExclusive, purpose.to_owned()));
        }
        (statements, begun)
    }

    /// Begins to build a key that replaces another. Returns the name of the index that stands for it, if it
    /// is not there yet.
    fn begin_key(&mut self, wanted: Wanted<'_>) -> Option<String> {
        let root = self.tree.root()?;
        let is_begun =
            |live: &IndexShape| !live.valid && live.unique && live.form == wanted.index.form;
        if self.subject.live.shape.indexes.iter().any(is_begun) {
            return None;
        }
        let name = self.unattached_name(root, wanted.index);
        let (ident, table) = (Ident::new(&*name), root.qualified_name());
        let form = &wanted.index.form;
        let sql = format!("CREATE UNIQUE INDEX {ident} ON ONLY {table} USING {form}");
        let statements = vec![Statement::new(sql, LockMode::Share, wanted.purpose.to_owned())];
        let made = Delta { indexes: vec![(name.clone(), true)], ..Delta::default() };
        self.steps.push(Step::Attempts { awaited: vec![table], statements, made });
        Some(name)
    }

    fn is_taken(&self, branch: &Branch, name: &String) -> bool {
        let qualified = branch.qualified_name().sibling(&**name);
        self.taken.contains(&qualified) || branch.constraints.contains(name)
    }

    /// A name for as long as it is not attached.
    fn unattached_name(&mut self, branch: &Branch, index: &IndexShape) -> String {
        let table = branch.qualified_name();
        let stem = format!("{}_{}", table.name(), keys(&index.form));
        let name = free_name_unless(&stem, UNATTACHED, |name| self.is_taken(branch, name));
        self.taken.insert(table.sibling(&*name));
        name
    }

    fn free(&mut self, branch: &Branch, index: &IndexShape) -> String {
        let table = branch.qualified_name();
        let name = index_name_unless(table.name(), index, |name| self.is_taken(branch, name));
        self.taken.insert(table.sibling(&*name));
        name
    }
}

/// A transaction whose statements take their locks in attempts.
fn attempts(awaited: Vec<QualifiedName>, statements: Vec<Statement>) -> Step {
    Step::Attempts { awaited, statements, made: Delta::default() }
}

/// The indexes that are not attached, each with its partition.
fn unattached(tree: &Tree) -> impl Iterator<Item = (&Branch, &BranchIndex)> {
    let of = |branch| std::iter::repeat(branch);
    // That of the table itself is dropped as any other of its indexes.
    let all =
        tree.branches().iter().skip(1).flat_map(move |branch| of(branch).zip(&branch.indexes));
    all.filter(|(_, index)| is_unattached(index))
}

/// Drops the indexes that were built for partitions and are not attached, but for those that are used.
pub(super) fn leftovers(tree: &Tree, used: &BTreeSet<QualifiedName>) -> Vec<Step> {
    const PURPOSE: &str = "left by an interrupted migration";
    let name = |branch: &Branch, index: &BranchIndex| branch.qualified_name().sibling(&*index.name);
    let left = unattached(tree).filter(|(branch, index)| !used.contains(&name(branch, index)));
    let drop = |(branch, index): (&Branch, &BranchIndex)| {
        let (table, name) = (branch.qualified_name(), name(branch, index));
        if !branch.is_partitioned() {
            let statement = drop_concurrently(&name, PURPOSE);
            return Step::Outside { statement: statement.clone(), undo: statement };
        }
        let sql = match &index.constraint {
            Some(constraint) => {
                format!("ALTER TABLE {table} DROP CONSTRAINT {}", Ident::new(constraint))
            }
            None => format!("DROP INDEX {name}"),
        };
        attempts(vec![table], vec![Statement::new(sql, LockMode::AccessExclusive, PURPOSE)])
    };
    left.map(drop).collect()
}

/// Gives a partitioned table an index without its partitions'.
fn of_itself(branch: &Branch, Wanted { index, purpose }: Wanted<'_>, name: &str) -> Statement {
    let (table, name) = (branch.qualified_name(), Ident::new(name));
    match index.unique {
        true => {
            let sql =
                format!("ALTER TABLE ONLY {table} ADD CONSTRAINT {name} {}", constraint(index));
            Statement::new(sql, LockMode::AccessExclusive, purpose.to_owned())
        }
        false => {
            let sql = format!("CREATE INDEX {name} ON ONLY {table} USING {}", index.form);
            Statement::new(sql, LockMode::Share, purpose.to_owned())
        }
    }
}

/// Makes an index a constraint of a partition, by this name.
fn using(table: &QualifiedName, name: &str, index: &str, wanted: Wanted<'_>) -> Statement {
    let kind = if wanted.index.primary { "PRIMARY KEY" } else { "UNIQUE" };
    let (name, index) = (Ident::new(name), Ident::new(index));
    let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {index}");
    Statement::new(sql, LockMode::AccessExclusive, wanted.purpose.to_owned())
}

fn drop_concurrently(index: &QualifiedName, purpose: &'static str) -> Statement {
    let sql = format!("DROP INDEX CONCURRENTLY IF EXISTS {index}");
    Statement::new(sql, LockMode::ShareUpdateExclusive, purpose).outside_transaction()
}

/// A primary key or unique constraint as `ADD CONSTRAINT` takes it.
fn constraint(index: &IndexShape) -> String {
    const NULLS: &str = " NULLS NOT DISTINCT";
    let (form, nulls) = match index.form.strip_suffix(NULLS) {
        Some(form) => (form, NULLS),
        None => (&*index.form, ""),
    };
    let kind = if index.primary { "PRIMARY KEY" } else { "UNIQUE" };
    format!("{kind}{nulls} {}", form.strip_prefix("btree ").unwrap_or(form))
}
