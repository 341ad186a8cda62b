//! Names that are cut to fit stay apart, and from those that are taken.

use pg_bulk_ingest::{Batch, Delete, IngestTable, IngestTables, Migration};
use tests::{Database, ingest};

// Alike in their first 60 bytes.
const ONE: &str = "readings_of_all_sensors_in_the_northern_building_by_minute_a_1";
const TWO: &str = "readings_of_all_sensors_in_the_northern_building_by_minute_a_2";

#[derive(IngestTable)]
#[ingest(table = "readings_of_all_sensors_in_the_northern_building_by_minute_a_1", index(value))]
struct One {
    #[ingest(primary_key)]
    id: i64,
    value: i64,
}

#[derive(IngestTable)]
#[ingest(table = "readings_of_all_sensors_in_the_northern_building_by_minute_a_2", index(value))]
struct Two {
    #[ingest(primary_key)]
    id: i64,
    value: i64,
}

#[derive(IngestTables)]
enum Readings {
    One(One),
    Two(Two),
}

fn readings() -> [Readings; 2] {
    [Readings::One(One { id: 1, value: 10 }), Readings::Two(Two { id: 2, value: 20 })]
}

/// The names of relations, constraints and types of the schema.
const NAMES: &str = "
    SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT k.conname FROM pg_constraint k WHERE k.connamespace = 'public'::regnamespace
    UNION ALL SELECT t.typname FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace
        AND t.typcategory <> 'A' AND t.typtype <> 'd' AND t.typtype <> 'e'
    ORDER BY 1";

async fn check(database: &Database) {
    for (table, row) in [(ONE, "1|10"), (TWO, "2|20")] {
        assert_eq!(database.rows(&format!("SELECT id, value FROM {table}")).await, [row]);
    }
    let left = "SELECT relname FROM pg_class WHERE relname LIKE '%pg\\_bulk\\_ingest%'";
    assert_eq!(database.rows(left).await, [""; 0]);
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(database.row(invalid).await, "0");
}

#[tokio::test]
async fn tables_with_alike_names_are_replaced_together() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for delete in [Delete::Off, Delete::BeforeFirstBatch, Delete::All, Delete::BeforeFirstBatch] {
        let ingest = ingest::<Readings>(&mut client).delete(delete);
        ingest.batches(|_| [Batch::new(readings())]).await.unwrap();
        check(&database).await;
    }
}

#[tokio::test]
async fn tables_with_alike_names_are_rebuilt_together() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    for change in ["ALTER TABLE t ALTER value TYPE integer", "ALTER TABLE t ALTER id TYPE integer"]
    {
        ingest::<Readings>(&mut client).batches(|_| [Batch::new(readings())]).await.unwrap();
        for table in [ONE, TWO] {
            database.execute(&change.replace(" t ", &format!(" {table} "))).await;
        }
        ingest::<Readings>(&mut client).batches(|_| [Batch::new(readings())]).await.unwrap();
        check(&database).await;
        assert!(ingest::<Readings>(&mut client).plan().await.unwrap().is_empty());
    }
}

/// Alike in their first 57 bytes.
#[derive(IngestTable)]
#[ingest(table = "measured")]
struct Measured {
    #[ingest(primary_key)]
    id: i64,
    temperature_of_the_outgoing_water_in_degrees_celsius_at_the_a: i64,
    temperature_of_the_outgoing_water_in_degrees_celsius_at_the_b: i64,
    temperature_of_the_outgoing_water_in_degrees_celsius_at_the_c: i64,
}

fn measured(id: i64) -> Measured {
    Measured {
        id,
        temperature_of_the_outgoing_water_in_degrees_celsius_at_the_a: 1,
        temperature_of_the_outgoing_water_in_degrees_celsius_at_the_b: 2,
        temperature_of_the_outgoing_water_in_degrees_celsius_at_the_c: 3,
    }
}

const COLUMN: &str = "temperature_of_the_outgoing_water_in_degrees_celsius_at_the_";

const NOT_NULL: &str = "
    SELECT count(*) FROM pg_attribute WHERE attrelid = 'measured'::regclass AND attnum > 0
    AND attnotnull AND NOT attisdropped";

const OTHER_CONSTRAINTS: &str = "
    SELECT conname FROM pg_constraint WHERE conrelid = 'measured'::regclass
    AND (contype NOT IN ('p', 'n') OR NOT convalidated)";

#[tokio::test]
async fn columns_with_alike_names_become_not_null() {
    // In place, where the version can; by a rebuild.
    for rebuilt in ["", "ALTER TABLE measured ALTER id TYPE integer"] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        for _ in 0..2 {
            ingest::<Measured>(&mut client).batches(|_| [Batch::new([measured(1)])]).await.unwrap();
            for column in ["a", "b", "c"] {
                let drop = format!("ALTER TABLE measured ALTER {COLUMN}{column} DROP NOT NULL");
                database.execute(&drop).await;
            }
            database.execute(rebuilt).await;
            ingest::<Measured>(&mut client).batches(|_| [Batch::new([measured(2)])]).await.unwrap();
            assert_eq!(database.row(NOT_NULL).await, "4", "{rebuilt}");
            assert_eq!(database.rows(OTHER_CONSTRAINTS).await, [""; 0], "{rebuilt}");
            assert!(ingest::<Measured>(&mut client).plan().await.unwrap().is_empty(), "{rebuilt}");
        }
    }
}

/// A constraint of the name by which one column is shown to hold no NULL, left of another version
/// of the library or made by somebody else, is no obstacle.
#[tokio::test]
async fn names_that_are_taken_are_not_used() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Measured>(&mut client).migrate().await.unwrap();
    let taken = format!(
        "ALTER TABLE measured ALTER {COLUMN}a DROP NOT NULL;
         ALTER TABLE measured ALTER {COLUMN}b DROP NOT NULL;
         CREATE TABLE measured_pg_bulk_ingest_fresh ();
         CREATE TYPE measured_pg_bulk_ingest_fresh1 AS ENUM ();"
    );
    database.execute(&taken).await;
    // As a version before named it: cut, for either column.
    if (12..18).contains(&tests::version()) {
        let left = format!(
            "ALTER TABLE measured ADD CONSTRAINT {}_pg_bulk_ingest_not_null
             CHECK ({COLUMN}a IS NOT NULL) NOT VALID",
            &COLUMN[..39]
        );
        database.execute(&left).await;
    }
    for delete in [Delete::Off, Delete::BeforeFirstBatch, Delete::BeforeFirstBatch] {
        let ingest = ingest::<Measured>(&mut client).delete(delete);
        ingest.batches(|_| [Batch::new([measured(1)])]).await.unwrap();
        assert_eq!(database.row(NOT_NULL).await, "4");
        assert_eq!(database.rows(OTHER_CONSTRAINTS).await, [""; 0]);
    }
    assert_eq!(database.row("SELECT count(*) FROM measured").await, "1");
    database.execute("DROP TABLE measured_pg_bulk_ingest_fresh").await;
}

#[tokio::test]
async fn a_table_of_the_name_that_another_would_be_replaced_under_is_ingested_with_it() {
    #[derive(IngestTable)]
    #[ingest(table = "t_pg_bulk_ingest_fresh")]
    struct Odd {
        #[ingest(primary_key)]
        id: i64,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Plain {
        #[ingest(primary_key)]
        id: i64,
    }
    #[derive(IngestTables)]
    enum Both {
        Plain(Plain),
        Odd(Odd),
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    database.execute("CREATE TABLE t (id bigint PRIMARY KEY); COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}'").await;
    for delete in [Delete::BeforeFirstBatch, Delete::BeforeFirstBatch, Delete::Off] {
        let rows = [Both::Plain(Plain { id: 1 }), Both::Odd(Odd { id: 2 })];
        ingest::<Both>(&mut client).delete(delete).batches(|_| [Batch::new(rows)]).await.unwrap();
        assert_eq!(database.row("SELECT * FROM t, t_pg_bulk_ingest_fresh").await, "1|2");
        if delete == Delete::Off {
            let retype = "ALTER TABLE t ALTER id TYPE integer;
                ALTER TABLE t_pg_bulk_ingest_fresh ALTER id TYPE integer";
            database.execute(retype).await;
            ingest::<Both>(&mut client).migrate().await.unwrap();
        }
    }
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(database.row(tables).await, "4");
}

/// Indexes that stay, and are alike in their first 60 bytes.
#[tokio::test]
async fn indexes_with_alike_names_stay() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Measured>(&mut client).migrate().await.unwrap();
    let create = format!(
        "CREATE INDEX {COLUMN}a ON measured ({COLUMN}a); CREATE INDEX {COLUMN}b ON measured ({COLUMN}b);
         ALTER TABLE measured ADD CONSTRAINT {COLUMN}c UNIQUE (id, {COLUMN}c)"
    );
    database.execute(&create).await;
    let names = database.rows(NAMES).await;
    for _ in 0..2 {
        let ingest = ingest::<Measured>(&mut client).migration(Migration::AdditiveOnly);
        let ingest = ingest.delete(Delete::BeforeFirstBatch);
        ingest.batches(|_| [Batch::new([measured(1)])]).await.unwrap();
        assert_eq!(database.rows(NAMES).await, names);
    }
}
