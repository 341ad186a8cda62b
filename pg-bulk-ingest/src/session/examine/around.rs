//! What there is around a live table that is changed: what depends on it, its partitions, builds of indexes.

use super::{Examined, MIGRATE};
use crate::catalog::{self, LiveTable, Relation, Surroundings, Tree};
use crate::compare::Change;
use crate::error::Error;
use crate::execute;
use crate::lock::{Lock, Lockable};
use crate::session::refusal::{privilege, unreadable};
use crate::session::start::read;
use crate::statement::LockMode;
use tokio_postgres::{Client, SimpleQueryMessage};

impl Examined<'_> {
    /// An index that is being built is invalid, too. Whoever builds one holds SHARE UPDATE
    /// EXCLUSIVE: once that is had, what is still invalid is left of a build that failed.
    pub(super) async fn await_builds(
        self,
        client: &mut Client,
        live: LiveTable,
    ) -> Result<LiveTable, Error> {
        let inspect = catalog::inspect(std::slice::from_ref(self.name), &[]);
        let messages = self.read_undisturbed(client, &live, &inspect).await?;
        let relation = read(&messages)?.relations.into_iter().next();
        relation.and_then(|relation| relation.table).ok_or_else(|| unreadable(MIGRATE))
    }

    /// Reads the catalog while nobody builds an index of the table or of one of its partitions.
    async fn read_undisturbed(
        self,
        client: &mut Client,
        live: &LiveTable,
        sql: &str,
    ) -> Result<Vec<SimpleQueryMessage>, Error> {
        let lockable = Lockable::table(self.name.clone(), live.oid);
        let lock = Lock::tables(std::slice::from_ref(&lockable), LockMode::ShareUpdateExclusive);
        execute::await_shared(client, &lock, &catalog::isolated(sql), self.waiting, MIGRATE).await
    }

    pub(super) async fn surroundings(
        self,
        client: &mut Client,
        live: &LiveTable,
        changes: &[Change],
    ) -> Result<Surroundings, Error> {
        let sql = Surroundings::sql(live.oid);
        let messages = execute::read_catalog(client, &sql, MIGRATE).await?;
        let surroundings = Surroundings::read(&messages).ok_or_else(|| unreadable(MIGRATE))?;
        let of_indexes = |change: &Change| match change {
            Change::AddIndex { .. } | Change::PrimaryKey { defined: Some(_), .. } => true,
            // What was built for its partitions goes with it.
            Change::DropIndex { index: live } | Change::PrimaryKey { live: Some(live), .. } => {
                !live.valid
            }
            _ => false,
        };
        match live.kind == 'p' && changes.iter().any(of_indexes) {
            true => Ok(Surroundings { tree: self.tree(client, live).await?, ..surroundings }),
            false => Ok(surroundings),
        }
    }

    /// The partitions. Of an index that is being built it is waited for what becomes of it.
    async fn tree(self, client: &mut Client, live: &LiveTable) -> Result<Tree, Error> {
        let sql = Tree::sql(live.oid);
        let messages = execute::read_catalog(client, &sql, MIGRATE).await?;
        let tree = Tree::read(&messages).ok_or_else(|| unreadable(MIGRATE))?;
        if !tree.has_invalid() {
            return Ok(tree);
        }
        self.check_owner(live)?;
        let messages = self.read_undisturbed(client, live, &sql).await?;
        Tree::read(&messages).ok_or_else(|| unreadable(MIGRATE))
    }

    /// Indexes and tables are made in the schema; those of partitions in theirs, by their owners.
    pub(super) fn check_create(
        self,
        relation: &Relation,
        surroundings: &Surroundings,
    ) -> Result<(), Error> {
        let refused = |missing: String| Err(privilege(self.server, missing));
        if !relation.schema_create {
            return refused(format!("CREATE on schema {:?}", self.name.schema()));
        }
        for branch in surroundings.tree.branches() {
            let name = branch.qualified_name();
            if !branch.is_owner {
                let owner = &branch.owner;
                return refused(format!(
                    "the ownership of the partition {name}, which {owner:?} has"
                ));
            }
            if !branch.may_create {
                return refused(format!("CREATE on schema {:?}", name.schema()));
            }
        }
        Ok(())
    }
}
