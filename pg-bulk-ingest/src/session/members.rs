//! The partitions of tables that are replaced, which are replaced with them.

use super::refusal::unreadable;
use super::start::read;
use crate::carry::{ReplacedMember, Swapped};
use crate::catalog::{self, Hanging, LiveTable, Member, hanging, member};
use crate::error::Error;
use crate::execute::{self, query};
use crate::ident::QualifiedName;
use tokio_postgres::{Client, SimpleQueryMessage, Transaction};

const READ: &str = "cannot read the partitions of the table";

/// Where the catalog is read.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Outside(&'a Client),
    Within(&'a Transaction<'a>),
}

impl Place<'_> {
    async fn ask(self, sql: &str) -> Result<Vec<SimpleQueryMessage>, Error> {
        match self {
            Self::Outside(client) => execute::read_catalog(client, sql, READ).await,
            Self::Within(transaction) => query(transaction, &catalog::isolated(sql), READ).await,
        }
    }
}

/// Reads the partitions of a live table, each after the one that it is a partition of; of one that is not
/// partitioned there are none.
pub(super) async fn find(place: Place<'_>, live: &LiveTable) -> Result<Vec<ReplacedMember>, Error> {
    if live.kind != 'p' {
        return Ok(Vec::new());
    }
    let members = member::read(&place.ask(&member::sql(live.oid)).await?);
    let members = members.ok_or_else(|| unreadable(READ))?;
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let names = members.iter().map(Member::qualified_name).collect::<Vec<_>>();
    let relations = read(&place.ask(&catalog::inspect(&names, &[])).await?)?.relations;
    let all = hanging_on(place, members.iter().map(|one| one.oid)).await?;
    let mut found = Vec::with_capacity(members.len());
    for ((member, relation), hanging) in members.into_iter().zip(relations).zip(all) {
        // Outside a transaction nothing keeps others from replacing it yet.
        let live = relation.table.filter(|live| live.oid == member.oid);
        let live = live.ok_or_else(|| unreadable(READ).in_table(&member.qualified_name()))?;
        found.push(ReplacedMember::new(member, live, hanging, relation.schema_create));
    }
    Ok(found)
}

async fn hanging_on(
    place: Place<'_>,
    members: impl Iterator<Item = u32>,
) -> Result<Vec<Hanging>, Error> {
    let oids = members.collect::<Vec<_>>();
    let all = hanging::read_all(&place.ask(&hanging::sql_of_all(&oids)).await?, oids.len());
    all.ok_or_else(|| unreadable(READ))
}

/// Reads the dependent objects of partitions of live tables again: not every statement that changes them waits for the
/// locks on these tables.
pub(super) async fn look_again(
    transaction: &Transaction<'_>,
    members: &mut [ReplacedMember],
) -> Result<(), Error> {
    if members.is_empty() {
        return Ok(());
    }
    let oids = members.iter().map(|one| one.member.oid);
    let all = hanging_on(Place::Within(transaction), oids).await?;
    members.iter_mut().zip(all).for_each(|(one, hanging)| one.hanging = hanging);
    Ok(())
}

/// Reads the partitions that were made to replace these.
pub(super) async fn look(
    transaction: &Transaction<'_>,
    members: &mut [ReplacedMember],
) -> Result<(), Error> {
    if members.is_empty() {
        return Ok(());
    }
    let names = members.iter().map(|one| one.member.fresh_name()).collect::<Vec<QualifiedName>>();
    let inspect = catalog::inspect(&names, &[]);
    let relations = read(&Place::Within(transaction).ask(&inspect).await?)?.relations;
    for (one, relation) in members.iter_mut().zip(relations) {
        let fresh = relation.table.ok_or_else(|| unreadable(READ))?;
        one.fresh = Some((fresh.oid, fresh.shape));
    }
    Ok(())
}

/// The names of a table and of its partitions before and after they are replaced.
pub(super) fn swapped(table: Swapped, members: &[ReplacedMember]) -> impl Iterator<Item = Swapped> {
    std::iter::once(table).chain(members.iter().map(ReplacedMember::names))
}
