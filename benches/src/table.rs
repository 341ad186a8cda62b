//! The tables of the rows.

use crate::data::{KeyedN, KeyedW, N, W, narrow, wide};
use crate::hand_written::Encode;
use pg_bulk_ingest::{IngestTable, RowOf};

/// Rows that have a table.
pub(crate) trait Rows: Encode + Clone + Sync + 'static {
    const LETTER: &'static str;
    const NAME: &'static str;
    /// The columns but for the key, `id`.
    const OTHERS: &'static [&'static str];

    /// The same with a primary key.
    type Keyed<'r>: IngestTable + RowOf<Self::Keyed<'r>>;

    fn keyed(&self) -> Self::Keyed<'_>;

    /// Creates a table for them under this name.
    fn create(name: &str) -> String;

    /// This many of W, or five times as many of N.
    fn make(rows: usize) -> Vec<Self>;

    /// Changes a row.
    fn mark(&mut self, mark: i32);
}

impl Rows for W {
    const LETTER: &'static str = "W";
    const NAME: &'static str = "w";
    const OTHERS: &'static [&'static str] = &[
        "tenant",
        "name",
        "description",
        "amount",
        "active",
        "created",
        "day",
        "reference",
        "payload",
        "tags",
    ];

    type Keyed<'r> = KeyedW<'r>;

    fn keyed(&self) -> KeyedW<'_> {
        KeyedW {
            id: self.id,
            tenant: self.tenant,
            name: &self.name,
            description: self.description.as_deref(),
            amount: self.amount,
            active: self.active,
            created: self.created,
            day: self.day,
            reference: self.reference,
            payload: &self.payload,
            tags: &self.tags,
        }
    }

    fn create(name: &str) -> String {
        format!(
            "CREATE TABLE {name} (id bigint NOT NULL, tenant integer NOT NULL, name text NOT NULL, \
             description text, amount double precision NOT NULL, active boolean NOT NULL, \
             created timestamptz NOT NULL, day date NOT NULL, reference uuid NOT NULL, \
             payload jsonb NOT NULL, tags text[] NOT NULL)"
        )
    }

    fn make(rows: usize) -> Vec<Self> {
        wide(rows)
    }

    fn mark(&mut self, mark: i32) {
        self.tenant = mark;
    }
}

impl Rows for N {
    const LETTER: &'static str = "N";
    const NAME: &'static str = "n";
    const OTHERS: &'static [&'static str] = &["ts", "value", "sensor"];

    type Keyed<'r> = KeyedN;

    fn keyed(&self) -> KeyedN {
        let Self { id, ts, value, sensor } = *self;
        KeyedN { id, ts, value, sensor }
    }

    fn create(name: &str) -> String {
        format!(
            "CREATE TABLE {name} (id bigint NOT NULL, ts timestamptz NOT NULL, \
             value double precision NOT NULL, sensor integer NOT NULL)"
        )
    }

    fn make(rows: usize) -> Vec<Self> {
        narrow(rows * 5)
    }

    fn mark(&mut self, mark: i32) {
        self.sensor = mark;
    }
}

/// What `ON CONFLICT DO UPDATE` sets.
pub(crate) fn update<R: Rows>() -> String {
    let set = R::OTHERS.iter().map(|name| format!("{name} = excluded.{name}"));
    format!("ON CONFLICT (id) DO UPDATE SET {}", set.collect::<Vec<_>>().join(", "))
}

/// The columns but for the key, of a table of this name, as a record.
pub(crate) fn record<R: Rows>(table: &str) -> String {
    let columns = R::OTHERS.iter().map(|name| format!("{table}.{name}"));
    format!("ROW({})::record", columns.collect::<Vec<_>>().join(", "))
}
