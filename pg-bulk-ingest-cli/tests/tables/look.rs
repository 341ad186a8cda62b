//! Looks at one struct after another.

use crate::printed;
use pg_bulk_ingest::{Error, IngestTable, Migration, NoWatermark, Report, ingest};
use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use tests::Database;
use tokio_postgres::Client;

type Looking<'l> = Pin<Box<dyn Future<Output = ()> + 'l>>;

pub(crate) struct Look {
    client: Client,
    url: String,
    schemas: Vec<String>,
    /// What is noted of each table that its struct cannot say.
    notes: BTreeMap<String, Vec<String>>,
}

/// Words of notes by which a struct and its table differ: what the library would change, were it told
/// to make the table exactly the struct.
const DIFFERENT: &[&str] = &["primary key", "unique constraint", "unique index", "index "];

impl Look {
    pub(crate) async fn new(database: &Database, structs: &str) -> Self {
        let mut notes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut noted = Vec::new();
        for line in structs.lines() {
            if let Some(note) = line.strip_prefix("// - ") {
                noted.push(note.to_owned());
            } else if line.starts_with("pub struct ") {
                let name = line.trim_start_matches("pub struct ").trim_end_matches(" {");
                notes.insert(name.to_owned(), std::mem::take(&mut noted));
            }
        }
        let schemas = crate::schemas(database).await;
        Self { client: database.connect().await, url: database.url(), schemas, notes }
    }

    /// A struct: an ingest plans nothing, does nothing, and keeps nothing that the notes do not name.
    pub(crate) fn at<T: IngestTable + 'static>(&mut self) -> Looking<'_> {
        let name = std::any::type_name::<T>().rsplit("::").next().unwrap();
        let (notes, client) = (&self.notes[name], &mut self.client);
        Box::pin(look::<T>(client, notes))
    }

    /// A file of these structs has no differences from the tables.
    pub(crate) fn check_file(&self, path: &Path) {
        let mut arguments =
            vec!["struct", "--database", &self.url, "--check", path.to_str().unwrap()];
        arguments.extend(self.schemas.iter().map(String::as_str));
        assert_eq!(printed(&arguments), "");
    }
}

async fn look<T: IngestTable>(client: &mut Client, notes: &[String]) {
    let table = T::TABLE.name();
    let plan = Box::pin(ingest::<T>(client).plan()).await;
    let plan = plan.unwrap_or_else(|error| panic!("{table}: {error:?}"));
    assert!(plan.is_empty(), "{table}: {plan}");
    for kept in plan.kept() {
        let is_noted = notes.iter().any(|note| note.contains(&kept.name));
        assert!(is_noted, "{table}: {kept}: {notes:?}");
    }
    // Nor is a key WITHOUT OVERLAPS compared, as it is made as an exclusion constraint is.
    let is_compared = |note: &&String| !note.ends_with("WITHOUT OVERLAPS");
    let mut notes = notes.iter().filter(is_compared);
    let is_exact = !notes.any(|note| DIFFERENT.iter().any(|what| note.starts_with(what)));
    match Box::pin(ingest::<T>(client).migration(Migration::Exact).plan()).await {
        Ok(exact) => assert_eq!(exact.is_empty(), is_exact, "{table}: {exact}"),
        Err(error) => assert!(!is_exact, "{table}: {error:?}"),
    }
    let report = Box::pin(empty_batch::<T>(client)).await;
    let report = report.unwrap_or_else(|error| panic!("{table}: {error:?}"));
    assert!(report.migrated.is_empty(), "{table}: {}", report.migrated);
}

async fn empty_batch<T: IngestTable>(client: &mut Client) -> Result<Report<NoWatermark>, Error> {
    let mut session = ingest::<T>(client).start::<NoWatermark>().await?;
    session.batch().await?.commit_without_high_watermark().await?;
    session.finish().await
}
