//! Ingests that faults are done to. Another is a line of [`SCENARIOS`], and a function.

mod changes;
mod created;
mod merged;
mod partitioned;
mod versioned;
mod written;

pub(super) use changes::CHANGES;
pub(super) use created::CREATED;
pub(super) use merged::MERGED;
pub(super) use partitioned::partitioned;
pub(super) use versioned::VERSIONED;
pub(super) use written::WRITTEN;

use super::source::Source;
use futures_util::FutureExt;
use pg_bulk_ingest::{
    Batch, BoxFuture, Delete, Error, HighWatermark, Ingest, IngestTable, IngestTables, RowOf,
    Upsert, Visibility, Watermarks,
};
use tests::ingest;
use tokio_postgres::{Client, NoTls};

/// An ingest, and what there is before.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// Makes what there is before, in an empty schema `shop`.
    pub(super) before: &'static str,
    /// How many batches there are.
    pub(super) batches: i32,
    /// Whether the table is changed in place before the first batch, step by step.
    pub(super) migrates_before: bool,
    /// Whether each batch is visible when it is done.
    pub(super) is_visible_by_batch: bool,
    /// What a reader sees: one statement, so that it is of one instant.
    pub(super) visible: &'static str,
    pub(super) run: for<'c> fn(&'c mut Client, Source) -> BoxFuture<'c, Result<(), Error>>,
}

/// A table with all that may hang on it.
const TABLE: &str = r#"
    CREATE TABLE shop.parent (id int PRIMARY KEY);
    INSERT INTO shop.parent VALUES (1), (2);
    CREATE TABLE shop.item (id int NOT NULL, code int, name text NOT NULL);
    INSERT INTO shop.item SELECT i, i, 'before' FROM generate_series(1, 4) i;
    ALTER TABLE shop.item ADD PRIMARY KEY (id);
    ALTER TABLE shop.item ADD UNIQUE (code);
    CREATE INDEX ON shop.item (name);
    CREATE VIEW shop.names AS SELECT name FROM shop.item;
    CREATE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER nothing BEFORE INSERT ON shop.item
        FOR EACH ROW EXECUTE PROCEDURE shop.nothing();
    CREATE TABLE shop.child (id int REFERENCES shop.item);
    GRANT SELECT, INSERT ON shop.item TO pg_monitor WITH GRANT OPTION;
    COMMENT ON TABLE shop.item IS '{"by": "hand", "pg-bulk-ingest": {"high-watermark": 0}}';"#;

/// The same with nothing that hangs on it but grants.
const BARE: &str = r#"
    CREATE TABLE shop.item (id int NOT NULL, code int, name text NOT NULL);
    INSERT INTO shop.item SELECT i, i, 'before' FROM generate_series(1, 4) i;
    ALTER TABLE shop.item ADD PRIMARY KEY (id);
    ALTER TABLE shop.item ADD UNIQUE (code);
    CREATE INDEX ON shop.item (name);
    GRANT SELECT, INSERT ON shop.item TO pg_monitor WITH GRANT OPTION;
    COMMENT ON TABLE shop.item IS '{"by": "hand", "pg-bulk-ingest": {"high-watermark": 0}}';"#;

/// Without the index and the unique constraint, and with another type: all is changed in place.
const OLD: &str = r#"
    CREATE TABLE shop.item (id int PRIMARY KEY, code int, name varchar(50) NOT NULL);
    INSERT INTO shop.item SELECT i, i, 'before' FROM generate_series(1, 4) i;
    GRANT SELECT, INSERT ON shop.item TO pg_monitor WITH GRANT OPTION;
    COMMENT ON TABLE shop.item IS '{"by": "hand", "pg-bulk-ingest": {"high-watermark": 0}}';"#;

/// In another order: the table is made anew.
const OTHER_ORDER: &str = r#"
    CREATE TABLE shop.item (name text NOT NULL, code int UNIQUE, id int NOT NULL PRIMARY KEY);
    INSERT INTO shop.item SELECT 'before', i, i FROM generate_series(1, 4) i;
    CREATE INDEX ON shop.item (name);
    GRANT SELECT, INSERT ON shop.item TO pg_monitor WITH GRANT OPTION;
    COMMENT ON TABLE shop.item IS '{"by": "hand", "pg-bulk-ingest": {"high-watermark": 0}}';"#;

/// A scenario over two connections: a new table with a key, and then a merge.
pub(super) const TWO: &str = "creation over two connections";

const READINGS: &str =
    "SELECT string_agg(id || ' ' || left(text, 9), ', ' ORDER BY id) FROM shop.reading";
const ITEMS: &str =
    "SELECT string_agg(id || ' ' || left(name, 9), ', ' ORDER BY id) FROM shop.item";

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "creation",
        before: "DROP SCHEMA shop",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client), source, item_rows),
    },
    Scenario {
        name: "creation without a key",
        before: "",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: "SELECT string_agg(at || ' ' || left(what, 9), ', ' ORDER BY at) FROM shop.event",
        run: |client, source| load(ingest::<Event>(client), source, event_rows),
    },
    Scenario {
        name: "creation, all at once",
        before: "",
        batches: 3,
        migrates_before: false,
        is_visible_by_batch: false,
        visible: ITEMS,
        run: |client, source| {
            load(ingest::<Item>(client).visibility(Visibility::AfterLastBatch), source, item_rows)
        },
    },
    Scenario {
        name: "append",
        before: TABLE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| {
            load(ingest::<Item>(client).upsert(Upsert::Off), source, new_item_rows)
        },
    },
    Scenario {
        name: "upsert",
        before: TABLE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client), source, item_rows),
    },
    Scenario {
        name: "high watermark in a table",
        before: BARE,
        batches: 2,
        // Its table is created before.
        migrates_before: true,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| {
            let kept = Watermarks::table("shop", "watermarks");
            let ingest = ingest::<Item>(client).watermarks(kept).source("a");
            load(ingest, source, item_rows)
        },
    },
    Scenario {
        name: "upsert of few rows",
        before: TABLE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client), source, few_item_rows),
    },
    Scenario {
        name: "rows that are there are kept",
        before: TABLE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| {
            load(ingest::<Item>(client).upsert(Upsert::KeepExisting), source, item_rows)
        },
    },
    Scenario {
        name: "upsert, all at once",
        before: TABLE,
        batches: 3,
        migrates_before: false,
        is_visible_by_batch: false,
        visible: ITEMS,
        run: |client, source| {
            load(ingest::<Item>(client).visibility(Visibility::AfterLastBatch), source, item_rows)
        },
    },
    Scenario {
        name: "several tables",
        before: BARE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: "SELECT (SELECT string_agg(id || ' ' || left(name, 9), ', ' ORDER BY id)
            FROM shop.item), (SELECT string_agg(at || ' ' || left(what, 9), ', ' ORDER BY at)
            FROM shop.event)",
        run: |client, source| load(ingest::<Both>(client), source, rows_of_both),
    },
    Scenario {
        name: "migration in place",
        before: OLD,
        batches: 1,
        migrates_before: true,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client), source, item_rows),
    },
    Scenario {
        name: "rebuild",
        before: OTHER_ORDER,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| load(ingest::<Item>(client), source, item_rows),
    },
    Scenario {
        name: "delete",
        before: BARE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: ITEMS,
        run: |client, source| {
            let ingest = ingest::<Item>(client).delete(Delete::BeforeFirstBatch);
            load(ingest.high_watermark(HighWatermark::Earliest), source, item_rows)
        },
    },
    Scenario {
        name: "delete, all at once",
        before: BARE,
        batches: 3,
        migrates_before: false,
        is_visible_by_batch: false,
        visible: ITEMS,
        run: |client, source| {
            let ingest = ingest::<Item>(client).delete(Delete::BeforeFirstBatch);
            let ingest = ingest.visibility(Visibility::AfterLastBatch);
            load(ingest.high_watermark(HighWatermark::Earliest), source, item_rows)
        },
    },
    Scenario {
        name: "delete, several tables",
        before: BARE,
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: false,
        visible: ITEMS,
        run: |client, source| {
            let ingest = ingest::<Both>(client).delete(Delete::BeforeFirstBatch);
            let ingest = ingest.visibility(Visibility::AfterLastBatch);
            load(ingest.high_watermark(HighWatermark::Earliest), source, rows_of_both)
        },
    },
    Scenario {
        name: TWO,
        before: "",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: READINGS,
        run: |client, source| {
            load(over_two(ingest::<Reading>(client), &source), source, reading_rows)
        },
    },
    Scenario {
        name: "delete over two connections",
        before: "CREATE TABLE shop.reading (id int PRIMARY KEY, text text NOT NULL);
            INSERT INTO shop.reading VALUES (7, 'before');
            GRANT SELECT, INSERT ON shop.reading TO pg_monitor WITH GRANT OPTION;",
        batches: 1,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: READINGS,
        run: |client, source| {
            load(
                over_two(ingest::<Reading>(client).delete(Delete::BeforeFirstBatch), &source),
                source,
                reading_rows,
            )
        },
    },
];

#[derive(IngestTable)]
#[ingest(schema = "shop")]
struct Item {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(unique)]
    code: Option<i32>,
    #[ingest(index)]
    name: String,
}

#[derive(IngestTable)]
#[ingest(schema = "shop")]
struct Event {
    at: i32,
    what: String,
}

#[derive(IngestTable)]
#[ingest(schema = "shop")]
struct Reading {
    #[ingest(primary_key)]
    id: i32,
    text: String,
}

#[derive(IngestTables)]
enum Both {
    Item(Item),
    Event(Event),
}

/// The rows of a batch: some are there already, and one is long enough for chunks of its own.
fn item_rows(batch: i32) -> impl Iterator<Item = Item> + Send {
    (0..4).map(move |i| {
        let id = 2 * batch + i;
        let name = if i == 2 { "long ".repeat(14_000) } else { format!("item {id}") };
        Item { id, code: Some(id), name: format!("{batch}: {name}") }
    })
}

/// The same without the long one, so that they need no `COPY`.
fn few_item_rows(batch: i32) -> impl Iterator<Item = Item> + Send {
    item_rows(batch).map(|row| Item { name: row.name.chars().take(9).collect(), ..row })
}

/// Rows with these keys, none of which is there.
fn new_item_rows(batch: i32) -> impl Iterator<Item = Item> + Send {
    (10 * batch..).zip(item_rows(batch)).map(|(id, row)| Item { id, code: Some(id), ..row })
}

fn event_rows(batch: i32) -> impl Iterator<Item = Event> + Send {
    (0..4).map(move |i| {
        let what = if i == 2 { "long ".repeat(14_000) } else { "event".to_owned() };
        Event { at: 10 * batch + i, what }
    })
}

fn rows_of_both(batch: i32) -> impl Iterator<Item = Both> + Send {
    let rows = item_rows(batch).zip(event_rows(batch));
    rows.flat_map(|(item, event)| [Both::Item(item), Both::Event(event)])
}

/// Rows enough for two connections, of which some replace others that may go over the other one.
fn reading_rows(batch: i32) -> impl Iterator<Item = Reading> + Send {
    [0, 1, 1, 2, 3, 0].into_iter().zip(0..).map(move |(id, place)| {
        let text = format!("{batch} {place} {}", "long ".repeat(120_000));
        Reading { id: 2 * batch + id, text }
    })
}

/// The numbers of the batches after a high watermark.
fn batches(after: Option<i32>, source: &Source) -> std::ops::RangeInclusive<i32> {
    after.unwrap_or(0) + 1..=source.batches
}

fn with_timeout<'c, S: IngestTables>(ingest: Ingest<'c, S>, source: &Source) -> Ingest<'c, S> {
    match source.timeout {
        Some(timeout) => ingest.timeout(timeout),
        None => ingest,
    }
}

/// Two connections for each batch.
fn over_two<'c, S: IngestTables>(ingest: Ingest<'c, S>, source: &Source) -> Ingest<'c, S> {
    let url = source.url.clone();
    ingest.connections(2, move || {
        let url = url.clone();
        async move {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            tokio::spawn(connection);
            Ok::<_, tokio_postgres::Error>(client)
        }
    })
}

/// Ingests the batches of a source that have not been, each with the rows of its number.
fn load<'c, S, I>(
    ingest: Ingest<'c, S>,
    source: Source,
    rows: fn(i32) -> I,
) -> BoxFuture<'c, Result<(), Error>>
where
    S: IngestTables + 'c,
    I: Iterator<Item: RowOf<S> + Send> + Send + 'c,
{
    let ingest = with_timeout(ingest, &source);
    let made = move |after| {
        batches(after, &source.clone()).map(move |batch| {
            let source = source.clone();
            let rows = rows(batch).map(move |row| source.pass(row));
            Batch::try_new(rows).high_watermark(batch)
        })
    };
    async move { ingest.batches(made).await.map(|_| ()) }.boxed()
}
