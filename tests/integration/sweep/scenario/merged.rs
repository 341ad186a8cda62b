//! Rows that are merged otherwise than by the last of their primary key.

use super::{Scenario, load};
use pg_bulk_ingest::{Filled, IngestTable};
use tests::ingest;

const VISITS: &str = "SELECT string_agg(mail || ' ' || visits || ' ' || left(last, 9), ', ' ORDER BY mail) FROM shop.visit";

pub(in super::super) const MERGED: &[Scenario] = &[
    // What is counted twice, or not at all, is seen.
    Scenario {
        name: "counts, on a unique constraint",
        before: "CREATE TABLE shop.visit (id int PRIMARY KEY, mail text NOT NULL UNIQUE,
                visits int NOT NULL, last text NOT NULL);
            INSERT INTO shop.visit VALUES (1, '1', 5, 'before');
            COMMENT ON TABLE shop.visit IS '{\"pg-bulk-ingest\": {\"high-watermark\": 0}}'",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: VISITS,
        run: |client, source| load(ingest::<Visit>(client), source, visit_rows),
    },
    Scenario {
        name: "creation, with counts",
        before: "",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: VISITS,
        run: |client, source| load(ingest::<Visit>(client), source, visit_rows),
    },
    Scenario {
        name: "the newest, beside what the server fills",
        before: "CREATE TABLE shop.version (id int PRIMARY KEY, number int, version int NOT NULL,
                at int NOT NULL DEFAULT 7);
            INSERT INTO shop.version VALUES (1, 1, 1), (2, 9, 9);
            COMMENT ON TABLE shop.version IS '{\"pg-bulk-ingest\": {\"high-watermark\": 0}}'",
        batches: 2,
        migrates_before: false,
        is_visible_by_batch: true,
        visible: "SELECT string_agg(id || ' ' || version || ' ' || at, ', ' ORDER BY id)
            FROM shop.version",
        run: |client, source| load(ingest::<Version>(client), source, version_rows),
    },
    Scenario {
        name: "columns that had other names",
        before: "CREATE TABLE shop.visit (id int PRIMARY KEY, address text NOT NULL UNIQUE,
                visits int NOT NULL, final text NOT NULL);
            INSERT INTO shop.visit VALUES (1, '1', 5, 'before');
            CREATE VIEW shop.visits AS SELECT address, visits FROM shop.visit;
            COMMENT ON TABLE shop.visit IS '{\"pg-bulk-ingest\": {\"high-watermark\": 0}}'",
        batches: 1,
        migrates_before: true,
        is_visible_by_batch: true,
        visible: "SELECT string_agg(left(visit::text, 12), ' ' ORDER BY id) FROM shop.visit",
        run: |client, source| load(ingest::<Renamed>(client), source, renamed_rows),
    },
];

#[derive(IngestTable)]
#[ingest(schema = "shop", merge_on(mail))]
struct Visit {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(unique)]
    mail: String,
    #[ingest(on_update = "old.visits + new.visits")]
    visits: i32,
    last: String,
}

#[derive(IngestTable)]
#[ingest(schema = "shop", newest_by(version))]
struct Version {
    #[ingest(primary_key)]
    id: i32,
    number: Option<i32>,
    version: i32,
    #[ingest(default = "7")]
    at: Filled<i32>,
}

#[derive(IngestTable)]
#[ingest(schema = "shop", table = "visit", merge_on(mail))]
struct Renamed {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(unique, renamed_from = "address")]
    mail: String,
    visits: i32,
    #[ingest(renamed_from = "final")]
    last: String,
}

fn renamed_rows(batch: i32) -> impl Iterator<Item = Renamed> + Send {
    visit_rows(batch).map(|Visit { id, mail, visits, last }| Renamed { id, mail, visits, last })
}

/// Several of one key, and some of the batch before.
fn visit_rows(batch: i32) -> impl Iterator<Item = Visit> + Send {
    (0..6).map(move |i| {
        let mail = batch + i % 4;
        let last = if i == 2 { "long ".repeat(14_000) } else { format!("visit {i}") };
        let id = 100 * batch + i;
        Visit { id, mail: mail.to_string(), visits: 1, last: format!("{batch}: {last}") }
    })
}

fn version_rows(batch: i32) -> impl Iterator<Item = Version> + Send {
    [1, 2, 3, 3].into_iter().zip([4, 5, 6, 5]).map(move |(id, version)| {
        let (id, version) = (batch + id - 1, version - batch);
        Version { id, number: Some(10 * batch + version), version, at: Filled }
    })
}
