//! What has to be done to a live table for it to be as it is defined.

mod around;

use super::core::Settings;
use super::define::Defining;
use super::enum_type;
use super::refusal::{START, check_replacement, privilege, unreadable, unsupported};
use super::rename::Renaming;
use super::start::read;
use super::target::keeping;
use crate::catalog::{self, FoundEnum, Inspected, LiveTable, Relation, Server, Shape};
use crate::compare::{Change, compare, predict};
use crate::conn;
use crate::definition::Table;
use crate::error::{Error, ErrorKind};
use crate::execute::{self, Waiting, numbers};
use crate::ident::QualifiedName;
use crate::made::Made;
use crate::options::{Delete, Migration};
use crate::plan::{self, Check, Decision, Rebuild, Rebuilding, Relevant, Rule, Step, Subject};
use crate::statement::{rollback_to, savepoint};
use crate::watermark;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

const COMPARE: &str = "cannot compare the table with its definition";
const MIGRATE: &str = "cannot migrate the table";

/// What has to be done to a live table.
#[derive(Debug, Clone)]
pub(super) enum Outstanding {
    InPlace(Vec<Step>),
    Rebuild(Rebuild),
}

/// How a live table differs from its definition.
#[derive(Debug, Clone, Default)]
pub(super) struct Examination {
    /// The columns that get other names, before what is outstanding.
    pub(super) renaming: Option<Renaming>,
    pub(super) outstanding: Option<Outstanding>,
    /// The differences that stay.
    pub(super) kept: Vec<Change>,
    /// What it is going to be, if that is not what it is.
    pub(super) fresh: Option<Shape>,
}

/// A live table that is examined.
#[derive(Clone, Copy)]
pub(super) struct Examined<'a> {
    pub(super) name: &'a QualifiedName,
    pub(super) definition: &'static Table,
    pub(super) server: &'a Server,
    pub(super) found: &'a [FoundEnum],
    pub(super) settings: &'a Settings,
    pub(super) waiting: Waiting<'a>,
    /// Whether its rows stay.
    pub(super) keeps_rows: bool,
}

impl Examined<'_> {
    /// Compares a live table with its definition, and plans what has to be done. Only where that cannot
    /// be told from what was read, PostgreSQL is asked for how it spells the definition.
    pub(super) async fn examine(
        self,
        client: &mut Client,
        relation: &Relation,
    ) -> Result<Examination, Error> {
        self.examine_one(client, relation).await.map_err(|error| error.in_table(self.name))
    }

    async fn examine_one(
        self,
        client: &mut Client,
        relation: &Relation,
    ) -> Result<Examination, Error> {
        let Some(found) = &relation.table else { return Ok(Examination::default()) };
        let renaming = Renaming::find(self.name, self.definition, found, self.settings.migration)?;
        let after = |live| match &renaming {
            Some(renaming) => renaming.after(&live),
            None => live,
        };
        let mut live = after(found.clone());
        let predicted = predict(self.definition, self.found);
        if let Some(defined) = &predicted
            && live.leftovers.is_empty()
            && renaming.is_none()
            && let Ok(Relevant { changes, kept, refused }) = self.relevant(&live, defined, None)
            && changes.is_empty()
            && refused.is_empty()
        {
            return Ok(Examination { kept, ..Examination::default() });
        }
        let defined = match (predicted, self.twin_name(relation)) {
            (_, Some(twin)) => {
                enum_type::check_usage(self.definition, self.found, self.server)?;
                self.twin(client, &twin).await?
            }
            (Some(predicted), None) => predicted,
            (None, None) => {
                let database = &self.server.database;
                return Err(privilege(self.server, format!("TEMPORARY on database {database:?}")));
            }
        };
        let invalid =
            |change: &Change| matches!(change, Change::DropIndex { index } if !index.valid);
        let of = renaming.as_ref();
        if self.relevant(&live, &defined, of)?.changes.iter().any(invalid) {
            self.check_owner(&live)?;
            live = after(self.await_builds(client, live).await?);
        }
        let Relevant { changes, kept, refused } = self.relevant(&live, &defined, of)?;
        if !refused.is_empty() {
            return Err(self.refused(refused, true));
        }
        if changes.is_empty() && live.leftovers.is_empty() && renaming.is_none() {
            return Ok(Examination { kept, ..Examination::default() });
        }
        self.check_owner(&live)?;
        // What is made is written into the comment.
        let text = live.comment.as_deref();
        let made = watermark::made(text).map_err(|error| error.error(text, MIGRATE))?;
        let mut surroundings = self.surroundings(client, &live, &changes).await?;
        if let Some(renaming) = &renaming {
            surroundings = surroundings.renamed(&renaming.names());
        }
        let subject = Subject {
            name: self.name,
            live: &live,
            surroundings: &surroundings,
            made: &made,
            rebuilding: self.rebuilding(),
            version: self.server.version,
        };
        if let Some(renaming) = &renaming {
            let reasons = renaming.refused(|name| subject.bound_name(name));
            if !reasons.is_empty() {
                return Err(Error::new(ErrorKind::CannotMigrate { reasons }, MIGRATE));
            }
            if changes.is_empty() && live.leftovers.is_empty() {
                return Ok(Examination {
                    renaming: Some(renaming.clone()),
                    kept,
                    ..Examination::default()
                });
            }
        }
        let decided = subject.decide(&changes);
        self.check_rows(client, &changes, &decided, &live, renaming.as_ref()).await?;
        let builds = |step: &Step| matches!(step, Step::Outside { .. } | Step::Attempts { .. });
        let outstanding = match decided {
            Decision::InPlace(steps) => {
                if steps.iter().any(builds) {
                    self.check_create(relation, &surroundings)?;
                }
                Outstanding::InPlace(steps)
            }
            Decision::Rebuild(rebuild) => {
                check_replacement(self.name, relation, &live, self.server)?;
                if live.row_security && self.keeps_rows {
                    return Err(unsupported(
                        "it has to be rebuilt, and row-level security applies to the role and \
                         could hide rows from it",
                    ));
                }
                Outstanding::Rebuild(rebuild)
            }
            Decision::Refused(reasons) => {
                let exact = Subject { rebuilding: Rebuilding::Allowed, ..subject };
                let serves = match exact.decide(&changes) {
                    Decision::InPlace(_) => true,
                    Decision::Rebuild(_) => {
                        check_replacement(self.name, relation, &live, self.server).is_ok()
                    }
                    Decision::Refused(_) => false,
                };
                return Err(self.refused(reasons, serves));
            }
        };
        let keeping = keeping(&kept, &live, self.settings.migration);
        let fresh = Some(plan::kept_shape(defined, keeping));
        Ok(Examination { renaming, outstanding: Some(outstanding), kept, fresh })
    }

    /// The error that says why, and names `Migration::Exact` where that would serve.
    fn refused(self, mut reasons: Vec<String>, exact_serves: bool) -> Error {
        if self.settings.migration == Migration::Evolve && exact_serves {
            let exact = "`Migration::Exact` makes the table exactly the struct, and drops what the \
                         struct does not have";
            reasons.push(exact.to_owned());
        }
        Error::new(ErrorKind::CannotMigrate { reasons }, MIGRATE)
    }

    fn rebuilding(self) -> Rebuilding {
        match self.settings.migration {
            Migration::Evolve => Rebuilding::OfMade { is_replaced: !self.keeps_rows },
            Migration::AdditiveOnly if self.keeps_rows => Rebuilding::Never,
            _ => Rebuilding::Allowed,
        }
    }

    fn relevant(
        self,
        live: &LiveTable,
        defined: &Shape,
        renaming: Option<&Renaming>,
    ) -> Result<Relevant, Error> {
        let changes = compare(&live.shape, defined);
        if let Some(renaming) = renaming.filter(|_| self.settings.migration == Migration::Freeze) {
            let mut differences = renaming.differences().collect::<Vec<_>>();
            differences.extend(changes.iter().map(ToString::to_string));
            return Err(Error::new(ErrorKind::SchemaMismatch { differences }, START));
        }
        let Settings { migration, column_order: order, .. } = *self.settings;
        let definition = self.definition;
        let made = made_of(live);
        let is_filled = live.is_filled;
        plan::relevant(changes, Rule { definition, made: &made, migration, order, is_filled })
            .map_err(|differences| Error::new(ErrorKind::SchemaMismatch { differences }, START))
    }

    /// Where the definition can be created to be read back: among temporary tables, or else beside
    /// the table itself.
    fn twin_name(self, relation: &Relation) -> Option<QualifiedName> {
        if self.server.temp {
            return Some(QualifiedName::new("pg_temp", "pg_bulk_ingest_twin"));
        }
        let free = || self.name.sibling(relation.free_name(self.name.twin_names()));
        relation.schema_create.then(free)
    }

    /// The definition as PostgreSQL spells it: an empty table that is rolled back.
    async fn twin(self, client: &mut Client, twin: &QualifiedName) -> Result<Shape, Error> {
        let failed = |error| Error::server(error, COMPARE);
        let transaction = conn::begin(client).await.map_err(failed)?;
        let inspect = match twin.schema() {
            "pg_temp" => catalog::inspect_temporary(&[twin.name()]),
            _ => catalog::inspect(std::slice::from_ref(twin), &[]),
        };
        let enums = enum_type::of(self.definition);
        let mut statements = plan::create_enum_types(&enums, self.found);
        statements.extend(plan::create_twin(twin, self.definition));
        let Self { definition, name, .. } = self;
        let defining = Defining { definition, name, made_as: twin, action: COMPARE };
        let inspect = catalog::isolated(&inspect);
        let messages = defining.run(&transaction, &statements, &[], &inspect).await?;
        conn::roll_back(transaction).await.map_err(failed)?;
        let twin = read(&messages)?.relations.into_iter().find_map(|relation| relation.table);
        twin.map(|table| table.shape).ok_or_else(|| unreadable(COMPARE))
    }

    /// Whether the rows that are there can be rows of the table as it is defined.
    async fn check_rows(
        self,
        client: &mut Client,
        changes: &[Change],
        decided: &Decision,
        live: &LiveTable,
        renaming: Option<&Renaming>,
    ) -> Result<(), Error> {
        if !self.keeps_rows {
            return Ok(());
        }
        let mut checks = plan::checks(changes, self.name);
        if let Some(renaming) = renaming {
            // The others are checked once the columns have their names.
            checks.retain(|check| check.column.as_ref().is_some_and(|name| !renaming.gives(name)));
        } else if let Decision::Rebuild(rebuild) = decided {
            checks.extend(plan::key_checks(changes, live, self.name));
            checks.extend(rebuild.checks(self.name));
        } else if live.kind == 'p' {
            // What is built partition by partition would be left half done.
            checks.extend(plan::key_checks(changes, live, self.name));
        }
        if checks.is_empty() {
            return Ok(());
        }
        let transaction = conn::begin(client).await.map_err(Error::while_doing(MIGRATE))?;
        check(&transaction, &checks, self.server, self.name).await?;
        conn::roll_back(transaction).await.map_err(Error::while_doing(MIGRATE))
    }

    fn check_owner(self, live: &LiveTable) -> Result<(), Error> {
        if live.is_owner {
            return Ok(());
        }
        let missing =
            format!("the ownership of the table, which {:?} has, to change it", live.owner);
        Err(privilege(self.server, missing))
    }
}

/// What ingests made of a table: nothing, where its comment cannot be read.
pub(super) fn made_of(live: &LiveTable) -> Made {
    watermark::made(live.comment.as_deref()).unwrap_or_else(|_| Made::nothing())
}

/// Runs checks; the first that finds rows is the error.
pub(super) async fn check(
    transaction: &tokio_postgres::Transaction<'_>,
    checks: &[Check],
    server: &Server,
    name: &QualifiedName,
) -> Result<(), Error> {
    for check in checks {
        let in_column = |error: Error| match &check.column {
            Some(column) => error.in_column(column),
            None => error,
        };
        let count = count(transaction, check, server, name).await.map_err(in_column)?;
        if count > 0 {
            let rows = if check.column.is_some() { "rows" } else { "keys" };
            let reasons = vec![format!("{count} {rows} {}", check.refusal)];
            return Err(in_column(Error::new(ErrorKind::CannotMigrate { reasons }, MIGRATE)));
        }
    }
    Ok(())
}

/// How many there are of what a check looks for. Where the query fails for a value, values are looked
/// at one by one: PostgreSQL says of a value that it is none of a type only by an error.
async fn count(
    transaction: &tokio_postgres::Transaction<'_>,
    check: &Check,
    server: &Server,
    name: &QualifiedName,
) -> Result<u64, Error> {
    const NAME: &str = "pg_bulk_ingest_check";
    let Some(each) = &check.each else {
        let [count] = numbers(transaction, &check.sql, MIGRATE).await?;
        return Ok(count);
    };
    let sql = savepoint(NAME, &catalog::isolated_cast(&check.sql));
    let counted = numbers(transaction, &sql, MIGRATE).await;
    let is_of_data = |error: &Error| {
        let about =
            |code: &SqlState| ["22", "23"].iter().any(|class| code.code().starts_with(class));
        error.code().is_some_and(about)
    };
    let counted = match counted {
        Err(error) if is_of_data(&error) => {
            execute::query(transaction, &rollback_to(NAME), MIGRATE).await?;
            let function = match server.temp {
                true => QualifiedName::new("pg_temp", NAME),
                false => name.sibling(NAME),
            };
            let each = catalog::isolated_cast(&each.count(&function));
            numbers(transaction, &each, MIGRATE).await
        }
        counted => counted,
    };
    let [count] = counted?;
    Ok(count)
}

/// Whether the rows of an ingest's tables stay.
pub(super) fn keeps_rows(settings: &Settings) -> bool {
    settings.delete == Delete::Off
}

/// What there is under a name.
pub(super) async fn inspect_again(
    client: &Client,
    name: &QualifiedName,
    definition: &'static Table,
) -> Result<(Relation, Vec<FoundEnum>), Error> {
    let enums = enum_type::of(definition);
    let sql = catalog::inspect(std::slice::from_ref(name), &enums);
    let messages = execute::read_catalog(client, &sql, MIGRATE).await?;
    let Inspected { relations, enums, .. } = read(&messages)?;
    let relation = relations.into_iter().next().ok_or_else(|| unreadable(MIGRATE))?;
    Ok((relation, enums))
}
