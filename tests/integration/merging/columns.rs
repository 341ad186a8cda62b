//! Grants on columns, and columns that triggers fill.

use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, Migration, Upsert};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: i32,
}

fn rows() -> [Row; 3] {
    [1, 2, 3].map(|id| Row { id, value: id })
}

const TABLE: &str = "CREATE TABLE t (id integer PRIMARY KEY, value integer NOT NULL, more text);
    INSERT INTO t VALUES (1, 1), (2, 0)";

#[tokio::test]
async fn grants_on_the_columns_that_are_used_are_enough() {
    let appends: &[&str] = &["INSERT (id, value)"];
    let merges: &[&str] = &["INSERT (id, value)", "SELECT (id, value)", "UPDATE (value)"];
    for (upsert, grants) in [(Upsert::Off, appends), (Upsert::IfPrimaryKey, merges)] {
        for lacking in [None].into_iter().chain((0..grants.len()).map(Some)) {
            let database = Database::new().await;
            let mut client = database.connect_as("r").await;
            database.execute(TABLE).await;
            for (position, grant) in grants.iter().enumerate() {
                if lacking != Some(position) {
                    database
                        .execute(&format!("GRANT {grant} ON t TO {}", database.role("r")))
                        .await;
                }
            }
            let batch = rows().into_iter().skip(if upsert == Upsert::Off { 2 } else { 0 });
            let ingested = ingest::<Row>(&mut client)
                .migration(Migration::AdditiveOnly)
                .upsert(upsert)
                .batches(|_| [Batch::new(batch)])
                .await;
            let Some(lacking) = lacking else {
                let table = &ingested.unwrap().tables[0];
                let expected = if upsert == Upsert::Off { (1, 0, 0) } else { (1, 1, 1) };
                assert_eq!((table.inserted, table.updated, table.unchanged), expected);
                continue;
            };
            let error = ingested.unwrap_err();
            let ErrorKind::InsufficientPrivilege { missing, .. } = error.kind() else {
                panic!("{error:?}")
            };
            let privilege = grants[lacking].split(' ').next().unwrap();
            assert_eq!(*missing, format!("{privilege} on the table"));
        }
    }
}

#[tokio::test]
async fn a_column_that_a_trigger_fills_need_not_be_given() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute(
            "CREATE TABLE t (id integer PRIMARY KEY, value integer NOT NULL, origin text NOT NULL);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.origin := 'trigger'; RETURN NEW; END $$;
            CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE fill()",
        )
        .await;
    for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
        database.execute("TRUNCATE t").await;
        let ingest = ingest::<Row>(&mut client).migration(Migration::AdditiveOnly).upsert(upsert);
        ingest.batches(|_| [Batch::new(rows())]).await.unwrap();
        let all = "SELECT count(*), min(origin) FROM t";
        assert_eq!(database.row(all).await, "3|trigger");
    }
    database.execute("ALTER TABLE t DISABLE TRIGGER fill").await;
    let ingest = ingest::<Row>(&mut client).migration(Migration::AdditiveOnly);
    let error = ingest.batches(|_| [Batch::new(rows())]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CannotMigrate { .. }), "{error:?}");
}
