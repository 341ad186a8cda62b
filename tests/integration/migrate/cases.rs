//! Differences, alone and combined, each under four invariants: the plan is the expected one; the
//! table is then as one that was just created; the next plan is empty; the rows are the expected
//! ones.

use super::definitions::{
    FILLED_IN, FILLED_IN_ROWS, FilledIn, INDEXED_ROWS, Indexed, IndexedOn10, PLAIN, PLAIN_ROWS,
    Plain, WIDE, WIDE_ROWS, Wide, indexed,
};
use super::snapshot;
use pg_bulk_ingest::{ColumnOrder, IngestTable, Migration};
use std::fmt::Write;
use std::path::Path;
use tests::{Database, ingest};

/// A live table that does not match its definition.
struct Case {
    /// What is done to a table that is as it is defined.
    change: &'static str,
    order: ColumnOrder,
}

const fn exact(change: &'static str) -> Case {
    Case { change, order: ColumnOrder::Exact }
}

const fn any(change: &'static str) -> Case {
    Case { change, order: ColumnOrder::Any }
}

const PLAIN_CASES: &[Case] = &[
    exact(""),
    // columns
    exact("ALTER TABLE t DROP number"),
    exact("ALTER TABLE t DROP value"),
    any("ALTER TABLE t DROP value"),
    exact("ALTER TABLE t DROP value, DROP number"),
    exact("ALTER TABLE t ADD more int"),
    exact("ALTER TABLE t ADD more int DEFAULT 7 NOT NULL"),
    exact("ALTER TABLE t ADD more int; CREATE INDEX ON t (more)"),
    exact("ALTER TABLE t ADD more int CHECK (more > 0)"),
    exact("ALTER TABLE t ADD more serial"),
    exact("ALTER TABLE t ADD more int, ADD again text; ALTER TABLE t DROP number"),
    exact("ALTER TABLE t RENAME value TO other"),
    any("ALTER TABLE t RENAME value TO other"),
    exact("ALTER TABLE t RENAME number TO other"),
    // types
    exact("ALTER TABLE t ALTER value TYPE varchar(8)"),
    exact("DROP INDEX t_value_idx; ALTER TABLE t ALTER value TYPE varchar(8)"),
    exact("ALTER TABLE t ALTER value TYPE varchar(8); CREATE INDEX ON t (lower(value))"),
    exact("ALTER TABLE t ALTER value TYPE text"),
    exact("ALTER TABLE t ALTER value TYPE varchar(32)"),
    exact("ALTER TABLE t ALTER value TYPE char(4)"),
    exact("ALTER TABLE t ALTER number DROP DEFAULT, ALTER number TYPE real"),
    exact("ALTER TABLE t ALTER number DROP DEFAULT, ALTER number TYPE numeric(10, 2)"),
    exact("ALTER TABLE t ALTER number DROP DEFAULT, ALTER number TYPE text"),
    exact("ALTER TABLE t ALTER id TYPE smallint"),
    exact("ALTER TABLE t ALTER id TYPE bigint"),
    exact("ALTER TABLE t ALTER id TYPE text"),
    exact("ALTER TABLE t ALTER value TYPE varchar(16) COLLATE \"C\""),
    // NOT NULL and defaults
    exact("UPDATE t SET value = 'b' WHERE value IS NULL; ALTER TABLE t ALTER value SET NOT NULL"),
    exact("ALTER TABLE t ALTER number DROP NOT NULL"),
    exact("ALTER TABLE t ALTER number DROP DEFAULT"),
    exact("ALTER TABLE t ALTER number SET DEFAULT 3"),
    exact("ALTER TABLE t ALTER number SET DEFAULT 1 + 1, ALTER value SET DEFAULT 'x'"),
    exact("ALTER TABLE t ALTER number DROP NOT NULL, ALTER number DROP DEFAULT"),
    // order
    exact(
        "ALTER TABLE t RENAME TO old; CREATE TABLE t (number float8 NOT NULL DEFAULT 1 + 1,
        id int CONSTRAINT other_pkey PRIMARY KEY, value varchar(16)); CREATE INDEX ON t (value);
        INSERT INTO t (id, value, number) SELECT * FROM old; DROP TABLE old",
    ),
    any("ALTER TABLE t RENAME TO old; CREATE TABLE t (number float8 NOT NULL DEFAULT 1 + 1,
        id int CONSTRAINT other_pkey PRIMARY KEY, value varchar(16)); CREATE INDEX ON t (value);
        INSERT INTO t (id, value, number) SELECT * FROM old; DROP TABLE old"),
    // keys and indexes
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey"),
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER id DROP NOT NULL"),
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, number)"),
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT named PRIMARY KEY (number)"),
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id) DEFERRABLE"),
    exact("DROP INDEX t_value_idx"),
    exact("DROP INDEX t_value_idx; CREATE INDEX t_value_idx ON t (value DESC)"),
    exact("DROP INDEX t_value_idx; CREATE INDEX ON t (value) WHERE id > 0"),
    exact("DROP INDEX t_value_idx; CREATE UNIQUE INDEX ON t (value)"),
    exact("CREATE INDEX more ON t (number DESC)"),
    exact("CREATE INDEX more ON t (value)"),
    exact("ALTER TABLE t ADD CONSTRAINT more UNIQUE (number)"),
    exact("CREATE UNIQUE INDEX more ON t (number)"),
    exact("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_value_idx'::regclass"),
    exact("DROP INDEX t_value_idx; CREATE INDEX t_value_idx ON t (number)"),
    // left by a migration that was interrupted
    exact(
        "ALTER TABLE t ADD CONSTRAINT number_pg_bulk_ingest_not_null CHECK (number IS NOT NULL)
        NOT VALID, ALTER number DROP NOT NULL",
    ),
    exact(
        "ALTER TABLE t ADD CONSTRAINT number_pg_bulk_ingest_not_null CHECK (number IS NOT NULL)
        NOT VALID",
    ),
    exact(
        "DROP INDEX t_value_idx; CREATE INDEX t_value_idx ON t (value);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_value_idx'::regclass",
    ),
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey; CREATE UNIQUE INDEX t_pkey ON t (id)"),
    exact(
        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (number);
        CREATE UNIQUE INDEX other ON t (id)",
    ),
    // combined
    exact(
        "ALTER TABLE t DROP number, ADD more int, ALTER value TYPE varchar(8);
        DROP INDEX t_value_idx",
    ),
    exact("ALTER TABLE t DROP number, ALTER id TYPE bigint, ADD more int"),
    exact(
        "ALTER TABLE t ALTER number DROP NOT NULL, DROP CONSTRAINT t_pkey, ALTER id DROP NOT NULL;
        DROP INDEX t_value_idx; CREATE INDEX ON t (id)",
    ),
];

const WIDE_CASES: &[Case] = &[
    exact(""),
    exact("ALTER TABLE t ALTER at TYPE timestamp USING at AT TIME ZONE 'UTC'"),
    exact(
        "ALTER TABLE t ALTER at TYPE timestamp USING at AT TIME ZONE 'UTC';
        CREATE INDEX ON t (at)",
    ),
    exact("ALTER TABLE t ALTER at TYPE timestamptz(3)"),
    exact("ALTER TABLE t ALTER at TYPE timestamp(3) USING at AT TIME ZONE 'UTC'"),
    exact("ALTER TABLE t ALTER at TYPE date"),
    exact("ALTER TABLE t ALTER name TYPE varchar(8)"),
    exact("ALTER TABLE t ALTER name TYPE varchar"),
    exact("ALTER TABLE t ALTER name TYPE varchar(8); CREATE INDEX ON t (name)"),
    exact("ALTER TABLE t ALTER name TYPE short_text"),
    exact("ALTER TABLE t ALTER name TYPE citext"),
    exact("ALTER TABLE t ALTER span TYPE interval(0)"),
    exact("ALTER TABLE t ALTER address TYPE cidr"),
    exact("ALTER TABLE t ALTER tags TYPE varchar(8)[]"),
    exact("ALTER TABLE t ALTER id TYPE int, ALTER name TYPE varchar(8)"),
    exact("ALTER TABLE t ALTER name TYPE varchar(8), ALTER span TYPE interval(0), ADD more int"),
];

const INDEXED_CASES: &[Case] = &[
    exact(""),
    exact("ALTER TABLE t DROP CONSTRAINT u1"),
    exact("ALTER TABLE t DROP CONSTRAINT u2"),
    exact("ALTER TABLE t DROP CONSTRAINT u1, DROP CONSTRAINT u2, DROP CONSTRAINT t_pkey"),
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY (a, b)"),
    exact("ALTER TABLE t DROP CONSTRAINT u1; CREATE UNIQUE INDEX u1 ON t (a, c)"),
    exact("DROP INDEX i1"),
    exact("DROP INDEX i1; CREATE INDEX i1 ON t (a DESC NULLS LAST, b)"),
    exact("DROP INDEX i2"),
    exact("DROP INDEX i2; CREATE INDEX i2 ON t (c) WHERE a > 1"),
    exact("DROP INDEX i3"),
    exact("DROP INDEX i4"),
    exact("DROP INDEX i1, i2, i3, i4"),
    exact("ALTER TABLE t ALTER d TYPE bigint"),
    exact("ALTER TABLE t DROP d"),
];

const FILLED_CASES: &[Case] = &[
    exact(""),
    exact("ALTER TABLE t ALTER id SET GENERATED ALWAYS"),
    exact("ALTER TABLE t ALTER id DROP IDENTITY"),
    exact("ALTER TABLE t ALTER id DROP IDENTITY, ALTER id SET DEFAULT 3"),
    exact("ALTER TABLE t ALTER level DROP DEFAULT"),
    exact("ALTER TABLE t ALTER level SET DEFAULT 8"),
    exact("ALTER TABLE t RENAME version TO number"),
    exact(
        "ALTER TABLE t RENAME version TO revision; CREATE VIEW v AS SELECT revision FROM t; DROP VIEW v",
    ),
    exact("ALTER TABLE t DROP CONSTRAINT t_mail_key"),
    exact("ALTER TABLE t DROP CONSTRAINT t_mail_key; CREATE UNIQUE INDEX ON t (mail)"),
    exact("ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t RENAME version TO number"),
];

#[tokio::test]
async fn what_the_server_fills_and_what_had_another_name_become_as_they_are_defined() {
    let mut seen = String::new();
    check::<FilledIn>(FILLED_IN, FILLED_IN_ROWS, FILLED_CASES, &mut seen).await;
    compare("filled.txt", &seen);
}

#[tokio::test]
async fn a_plain_table_becomes_as_it_is_defined() {
    let mut seen = String::new();
    check::<Plain>(PLAIN, PLAIN_ROWS, PLAIN_CASES, &mut seen).await;
    compare("plain.txt", &seen);
}

#[tokio::test]
async fn columns_are_widened() {
    let mut seen = String::new();
    check::<Wide>(WIDE, WIDE_ROWS, WIDE_CASES, &mut seen).await;
    compare("wide.txt", &seen);
}

#[tokio::test]
async fn keys_and_indexes_become_as_they_are_defined() {
    let mut seen = String::new();
    let live = indexed();
    if tests::version() < 11 {
        check::<IndexedOn10>(&live, INDEXED_ROWS, INDEXED_CASES, &mut seen).await;
    } else {
        check::<Indexed>(&live, INDEXED_ROWS, INDEXED_CASES, &mut seen).await;
    }
    compare("indexed.txt", &seen);
}

/// Plans, and the rows afterwards, as they are expected; `UPDATE_PLANS=1` writes them anew.
///
/// `plain.txt` is of 12 to 17. Older versions need a rebuild where the newer do not, and 18 validates
/// NOT NULL itself: `plain.10.txt` has what is otherwise on 10, and so on.
fn compare(file: &str, seen: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("integration/migrate/plans");
    let mut path = folder.join(file);
    let mut seen = seen.to_owned();
    if !(12..18).contains(&tests::version()) {
        let common = std::fs::read_to_string(&path).unwrap();
        let common = common.split("=== ").collect::<Vec<_>>();
        let differs = seen.split("=== ").filter(|case| !common.contains(case));
        seen = differs.map(|case| format!("=== {case}")).collect();
        path.set_extension(format!("{}.txt", tests::version().min(18)));
    }
    if std::env::var_os("UPDATE_PLANS").is_some() && (path.exists() || !seen.is_empty()) {
        std::fs::write(&path, &seen).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(seen == expected, "the plans are not those of {}:\n{seen}", path.display());
}

async fn check<S: IngestTable>(defined: &str, rows: &str, cases: &[Case], seen: &mut String) {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<S>(&mut client).into_table("fresh", "t").migrate().await.unwrap();
    let expected = snapshot::of_table(&database, "fresh.t").await;
    for case in cases {
        // Before 12 there is no such constraint to be left.
        if tests::version() < 12 && case.change.contains("pg_bulk_ingest_not_null") {
            continue;
        }
        let mut without_rows = String::new();
        for rows in ["", rows] {
            let Case { change, order } = case;
            let name =
                format!("{order:?}, {}: {change}", if rows.is_empty() { "empty" } else { "rows" });
            database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
            database.execute(TYPES).await;
            database.execute(&format!("{defined}{rows}{change}")).await;
            let ingest = || ingest_of::<S>(*order);
            let plan = ingest()(&mut client).plan().await;
            let plan = plan.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let migrated = ingest()(&mut client).migrate().await;
            let migrated = migrated.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(sql(&plan), sql(&migrated), "{name}");
            let again = ingest()(&mut client).plan().await.unwrap();
            assert!(again.is_empty(), "{name}: {again}");
            let mut found = snapshot::of_table(&database, "public.t").await;
            let mut expected = expected.clone();
            if *order == ColumnOrder::Any {
                let unordered = |line: &mut String| {
                    if line.starts_with("column") {
                        line.replace_range(7..8, "");
                    }
                };
                found.iter_mut().for_each(unordered);
                expected.iter_mut().for_each(unordered);
                found.sort();
                expected.sort();
            }
            assert_eq!(found, expected, "{name}");
            let rows = database.rows("SELECT * FROM t ORDER BY 1").await;
            if rows.is_empty() {
                without_rows = plan.to_string();
                continue;
            }
            // It hangs on the catalog alone.
            assert_eq!(plan.to_string(), without_rows, "{name}");
            write!(seen, "=== {order:?}: {change}\n{plan}").unwrap();
            rows.iter().for_each(|row| writeln!(seen, "row {row}").unwrap());
        }
    }
}

const TYPES: &str = "CREATE EXTENSION citext; CREATE DOMAIN short_text AS varchar(8);";

type Settings<S> = fn(&mut tokio_postgres::Client) -> pg_bulk_ingest::Ingest<'_, S>;

fn ingest_of<S: IngestTable>(order: ColumnOrder) -> Settings<S> {
    match order {
        ColumnOrder::Any => {
            |client| ingest::<S>(client).migration(Migration::Exact).column_order(ColumnOrder::Any)
        }
        _ => |client| ingest::<S>(client).migration(Migration::Exact),
    }
}

fn sql(plan: &pg_bulk_ingest::Plan) -> Vec<&str> {
    plan.statements().iter().map(pg_bulk_ingest::Statement::sql).collect()
}
