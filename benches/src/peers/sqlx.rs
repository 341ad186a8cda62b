//! sqlx: text by `copy_in_raw`, and `INSERT … SELECT` of `UNNEST`.

use super::Peer;
use crate::data::{N, W};
use crate::measure::{Cost, cost};
use crate::settings::Settings;
use sqlx::postgres::{PgArguments, PgQueryResult};
use sqlx::query::Query;
use sqlx::{Connection, Executor, PgConnection, Postgres};
use std::fmt::Write;
use std::pin::Pin;

/// Rows of a statement with `UNNEST`.
const STATEMENT: usize = 10_000;

/// Bytes of text that are sent at once.
const CHUNK: usize = 64 * 1024;

/// A row as sqlx is given it.
pub(super) trait Row: Sized {
    const TABLE: &'static str;
    /// Takes an array for each column.
    const UNNEST: &'static str;

    /// Writes the row as the text of a `COPY` has it.
    fn text(&self, to: &mut String);

    /// Binds the columns of rows to `UNNEST`.
    fn unnest(rows: &[Self]) -> Query<'_, Postgres, PgArguments>;
}

impl Row for N {
    const TABLE: &'static str = "n";
    const UNNEST: &'static str = "INSERT INTO n SELECT * FROM unnest($1::int8[], $2::timestamptz[], $3::float8[], $4::int4[])";

    fn text(&self, to: &mut String) {
        writeln!(to, "{}\t{}\t{}\t{}", self.id, self.ts, self.value, self.sensor).unwrap();
    }

    fn unnest(rows: &[Self]) -> Query<'_, Postgres, PgArguments> {
        sqlx::query(Self::UNNEST)
            .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.ts).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.value).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.sensor).collect::<Vec<_>>())
    }
}

impl Row for W {
    const TABLE: &'static str = "w";
    /// What `unnest` would take apart, an array within, is given as text.
    const UNNEST: &'static str = "INSERT INTO w SELECT id, tenant, name, description, amount, active, \
         created, day, reference, payload::jsonb, tags::text[] FROM unnest($1::int8[], $2::int4[], \
         $3::text[], $4::text[], $5::float8[], $6::bool[], $7::timestamptz[], $8::date[], \
         $9::uuid[], $10::text[], $11::text[]) AS new (id, tenant, name, description, amount, \
         active, created, day, reference, payload, tags)";

    fn text(&self, to: &mut String) {
        write!(to, "{}\t{}\t", self.id, self.tenant).unwrap();
        escape(to, &self.name);
        to.push('\t');
        match &self.description {
            Some(description) => escape(to, description),
            None => to.push_str("\\N"),
        }
        let Self { amount, active, created, day, reference, .. } = self;
        write!(to, "\t{amount}\t{active}\t{created}\t{day}\t{reference}\t").unwrap();
        escape(to, self.payload.get());
        to.push('\t');
        escape(to, &array(&self.tags));
        to.push('\n');
    }

    fn unnest(rows: &[Self]) -> Query<'_, Postgres, PgArguments> {
        sqlx::query(Self::UNNEST)
            .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.tenant).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.description.as_deref()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.amount).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.active).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.created).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.day).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.reference).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.payload.get()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| array(&row.tags)).collect::<Vec<_>>())
    }
}

/// An array's literal; the tags have nothing in them that is special there.
fn array(tags: &[String]) -> String {
    format!("{{{}}}", tags.join(","))
}

fn escape(to: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\\' => to.push_str("\\\\"),
            '\t' => to.push_str("\\t"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            _ => to.push(character),
        }
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

pub(super) struct CopyInRaw<'r, R> {
    connection: PgConnection,
    rows: &'r [R],
}

impl<'r, R: Row> CopyInRaw<'r, R> {
    pub(super) async fn new(url: &str, rows: &'r [R]) -> Self {
        Self { connection: connect(url).await, rows }
    }

    async fn copy(&mut self) {
        let copy = format!("COPY {} FROM STDIN", R::TABLE);
        let mut sink = self.connection.copy_in_raw(&copy).await.unwrap();
        let mut text = String::with_capacity(CHUNK + 4096);
        for row in self.rows {
            row.text(&mut text);
            if text.len() >= CHUNK {
                sink.send(text.as_bytes()).await.unwrap();
                text.clear();
            }
        }
        sink.send(text.as_bytes()).await.unwrap();
        sink.finish().await.unwrap();
    }
}

impl<R: Row> Peer for CopyInRaw<'_, R> {
    fn name(&self) -> &'static str {
        "sqlx copy_in_raw, text"
    }

    fn load(&mut self) -> Pin<Box<dyn Future<Output = Cost> + '_>> {
        Box::pin(cost(self.copy()))
    }

    fn rounds(&self, settings: &Settings) -> usize {
        settings.few()
    }
}

pub(super) struct Unnest<'r, R> {
    connection: PgConnection,
    rows: &'r [R],
}

impl<'r, R: Row> Unnest<'r, R> {
    pub(super) async fn new(url: &str, rows: &'r [R]) -> Self {
        Self { connection: connect(url).await, rows }
    }

    async fn insert(&mut self) {
        let mut transaction = self.connection.begin().await.unwrap();
        for rows in self.rows.chunks(STATEMENT) {
            let inserted: PgQueryResult = transaction.execute(R::unnest(rows)).await.unwrap();
            assert_eq!(usize::try_from(inserted.rows_affected()).unwrap(), rows.len());
        }
        transaction.commit().await.unwrap();
    }
}

impl<R: Row> Peer for Unnest<'_, R> {
    fn name(&self) -> &'static str {
        "sqlx, UNNEST"
    }

    fn load(&mut self) -> Pin<Box<dyn Future<Output = Cost> + '_>> {
        Box::pin(cost(self.insert()))
    }

    fn rounds(&self, settings: &Settings) -> usize {
        settings.few()
    }
}
