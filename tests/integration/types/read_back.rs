//! Rows that are ingested and read back.

use super::pg_text::Cells;
use pg_bulk_ingest::{Error, IngestTable, NoWatermark, RowOf};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use std::error::Error as StdError;
use std::fmt::{Debug, Write};
use tests::{Database, ingest};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;
use tokio_postgres::Client;

/// Generated batches of each property.
const CASES: u32 = 3;

/// A database, the connection that ingests and the one that reads.
pub(super) struct ReadBack {
    runtime: Runtime,
    client: Mutex<Client>,
    reader: Client,
    _database: Database,
}

impl ReadBack {
    pub(super) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let (database, client, reader) = runtime.block_on(async {
            let database = Database::new().await;
            let (client, reader) = (database.connect().await, database.connect().await);
            let settings = "SET DateStyle = ISO; SET TimeZone = 'UTC'; SET bytea_output = hex; \
                            SET IntervalStyle = postgres; SET xmloption = content";
            reader.batch_execute(settings).await.unwrap();
            (database, client, reader)
        });
        Self { runtime, client: Mutex::new(client), reader, _database: database }
    }

    pub(super) fn execute(&self, sql: &str) {
        self.runtime.block_on(self.reader.batch_execute(sql)).unwrap();
    }

    /// Holds for generated values, the same ones in each run: `TYPES_SEED` asks for others.
    pub(super) fn property<V: Debug>(
        &self,
        values: impl Strategy<Value = V>,
        holds: impl Fn(&Self, V) -> Result<(), TestCaseError>,
    ) {
        let seed = std::env::var("TYPES_SEED").map_or(0, |seed| seed.parse::<u64>().unwrap());
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            max_shrink_iters: 300,
            ..Config::default()
        };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let result =
            TestRunner::new_with_rng(config, rng).run(&values, |values| holds(self, values));
        result.unwrap_or_else(|error| panic!("TYPES_SEED={seed}: {error}"));
    }

    /// Ingests rows, whose first column is `id`, their position, into a table, and compares what
    /// the server then prints of them with what it prints of their texts.
    pub(super) fn check<R>(&self, table: &str, rows: &[R]) -> Result<(), TestCaseError>
    where
        R: IngestTable + RowOf<R> + Cells,
    {
        self.runtime.block_on(async {
            let checked = self.load_and_compare(table, rows).await;
            // Also after a failure, of which smaller causes are then looked for; it may be that
            // there is no table.
            let _ = self.reader.batch_execute(&format!("DELETE FROM {table}")).await;
            checked
        })
    }

    async fn load_and_compare<R>(&self, table: &str, rows: &[R]) -> Result<(), TestCaseError>
    where
        R: IngestTable + RowOf<R> + Cells,
    {
        let loaded = load(&mut *self.client.lock().await, table, rows).await;
        loaded.map_err(|error| TestCaseError::fail(chain(&error)))?;
        let count = tests::rows(&self.reader, &format!("SELECT count(*) FROM {table}")).await;
        if count != [rows.len().to_string()] {
            return Err(TestCaseError::fail(format!("{} rows became {count:?}", rows.len())));
        }
        let cells = rows.iter().map(Cells::cells).collect::<Vec<_>>();
        let columns = R::TABLE.columns().iter().skip(1).zip(self.column_types(table).await);
        for (position, (column, sql_type)) in columns.enumerate() {
            let texts = cells.iter().map(|cells| cells[position].as_deref()).collect();
            self.compare(table, column.name(), &sql_type, texts).await?;
        }
        Ok(())
    }

    async fn compare(
        &self,
        table: &str,
        column: &str,
        sql_type: &str,
        texts: Vec<Option<&str>>,
    ) -> Result<(), TestCaseError> {
        // json keeps spelling and white space, which is not what the values are compared by.
        let compared = match sql_type {
            "json" => "jsonb",
            "json[]" => "jsonb[]",
            other => other,
        };
        let sql = format!(
            "SELECT id, ROW(t.{column})::text, text \
             FROM unnest($1::int4[], $2::text[]) AS expected(id, text) LEFT JOIN {table} t USING (id) \
             WHERE t.id IS NULL \
             OR ROW(t.{column}::{compared})::text IS DISTINCT FROM ROW(text::{compared})::text \
             ORDER BY id LIMIT 1"
        );
        let ids = (0..i32::try_from(texts.len()).unwrap()).collect::<Vec<_>>();
        let different = self.reader.query(&sql, &[&ids, &texts]).await;
        let different = different.map_err(|error| TestCaseError::fail(chain(&error)))?;
        different.first().map_or(Ok(()), |row| {
            let (id, read, written): (i32, Option<&str>, Option<&str>) =
                (row.get(0), row.get(1), row.get(2));
            let reason = format!("row {id}, {column} {sql_type}: {written:?} reads back {read:?}");
            Err(TestCaseError::fail(reason))
        })
    }

    /// The types of a table's columns after the first.
    async fn column_types(&self, table: &str) -> Vec<String> {
        let sql = format!(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attnum > 1 ORDER BY attnum"
        );
        tests::rows(&self.reader, &sql).await
    }

    /// The same, joined.
    pub(super) fn types(&self, table: &str) -> String {
        self.runtime.block_on(self.column_types(table)).join(", ")
    }
}

/// In the push form, whose rows need not be `Send`.
async fn load<R: IngestTable + RowOf<R>>(
    client: &mut Client,
    table: &str,
    rows: &[R],
) -> Result<(), Error> {
    let into = ingest::<R>(client).into_table("public", table);
    let mut session = into.start::<NoWatermark>().await?;
    let mut batch = session.batch().await?;
    batch.write_all(rows).await?;
    batch.commit_without_high_watermark().await?;
    session.finish().await.map(|_| ())
}

fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
