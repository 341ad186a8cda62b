//! Rows that are set aside are kept in a table.

use super::{Item, all, item};
use pg_bulk_ingest::{
    Batch, ErrorKind, IngestTable, IngestTables, Migration, NoWatermark, Rejects, SetAside, Upsert,
    Visibility, Watermarks,
};
use serde::Deserialize;
use tests::{Database, ingest};

const ITEMS: &str =
    "CREATE TABLE item (id int PRIMARY KEY, name varchar(5) NOT NULL CHECK (name <> 'bad'))";

fn table() -> SetAside<'static> {
    SetAside { into: Rejects::table(), ..all() }
}

/// Loads one batch, whose third row cannot be encoded.
async fn load(client: &mut tokio_postgres::Client) -> Result<u64, pg_bulk_ingest::Error> {
    let rows = [item(1, "bad"), item(2, "good"), item(3, "\0")];
    let batch = |_: Option<NoWatermark>| Batch::new(&rows);
    let report = ingest::<Item>(client).set_aside(table()).batches(batch).await?;
    Ok(report.tables[0].rejected)
}

#[tokio::test]
async fn each_with_its_reason_and_its_values_in_the_transaction_of_its_batch() {
    for visibility in [Visibility::AfterEachBatch, Visibility::AfterLastBatch] {
        for upsert in [Upsert::IfPrimaryKey, Upsert::Off] {
            let database = Database::new().await;
            database.execute(ITEMS).await;
            let mut client = database.connect().await;
            for (name, first) in [("a'b", 1), ("c", 10)] {
                let batches = [
                    Batch::new(vec![item(first, "good"), item(first + 1, "bad")]),
                    Batch::new(vec![item(first + 2, "\0"), item(first + 3, "bad")]),
                ];
                let report = ingest::<Item>(&mut client)
                    .visibility(visibility)
                    .upsert(upsert)
                    .watermarks(Watermarks::table("public", "marks"))
                    .source(name)
                    .set_aside(table())
                    .batches(|_: Option<NoWatermark>| batches)
                    .await
                    .unwrap();
                assert_eq!(report.tables[0].rejected, 3);
                let created = report.migrated.statements().iter().filter(|statement| {
                    statement.sql().contains("CREATE TABLE \"public\".\"item_rejected\"")
                });
                assert_eq!(created.count(), usize::from(first == 1), "{report}");
            }
            let kept =
                "SELECT source, batch, row_number, column_name, sqlstate, row FROM item_rejected
                ORDER BY at, batch, row_number";
            assert_eq!(
                database.rows(kept).await,
                [
                    r#"a'b|1|2|name|23514|{"id": 2, "name": "bad"}"#,
                    "a'b|2|1|name|∅|∅",
                    r#"a'b|2|2|name|23514|{"id": 4, "name": "bad"}"#,
                    r#"c|1|2|name|23514|{"id": 11, "name": "bad"}"#,
                    "c|2|1|name|∅|∅",
                    r#"c|2|2|name|23514|{"id": 13, "name": "bad"}"#,
                ]
            );
            let reasons = "SELECT count(*) FROM item_rejected WHERE reason LIKE '%item_name_check%'
                AND at BETWEEN now() - interval '1 hour' AND now()";
            assert_eq!(database.row(reasons).await, "4");
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize, IngestTable)]
#[ingest(table = "wide")]
struct Wide {
    #[ingest(primary_key)]
    id: i32,
    number: f64,
    name: Option<String>,
    flags: Vec<bool>,
    day: chrono::NaiveDate,
    at: chrono::DateTime<chrono::Utc>,
    #[ingest(json)]
    more: Vec<Option<u8>>,
}

/// Whatever the session's settings are.
#[tokio::test]
async fn they_are_read_back_by_serde() {
    let row = |id, number| Wide {
        id,
        number,
        name: None,
        flags: vec![true, false],
        day: chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(),
        at: chrono::DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap(),
        more: vec![Some(1), None],
    };
    let database = Database::new().await;
    let mut client = database.connect().await;
    ingest::<Wide>(&mut client).migrate().await.unwrap();
    database.execute("ALTER TABLE wide ADD CHECK (number < 1)").await;
    let set = "SET extra_float_digits = -10; SET DateStyle = 'German'; SET TimeZone = 'Asia/Tokyo'";
    client.batch_execute(set).await.unwrap();
    let bad = row(2, 1.234_567_890_123_456_7);
    let rows = [row(1, 0.5), bad.clone()];
    let batch = |_: Option<NoWatermark>| Batch::new(&rows);
    ingest::<Wide>(&mut client).set_aside(table()).batches(batch).await.unwrap();
    let kept = database.row("SELECT row FROM wide_rejected").await;
    assert_eq!(serde_json::from_str::<Wide>(&kept).unwrap(), bad, "{kept}");
}

#[tokio::test]
async fn none_of_a_batch_that_is_not_committed() {
    let database = Database::new().await;
    database.execute(ITEMS).await;
    let mut client = database.connect().await;
    // Over budget.
    let rows = [item(1, "bad"), item(2, "bad"), item(3, "good")];
    let batch = |_: Option<NoWatermark>| Batch::new(&rows);
    let set_aside = SetAside { at_most: 1, ..table() };
    let error = ingest::<Item>(&mut client).set_aside(set_aside).batches(batch).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyRejected { allowed: 1 }), "{error}");
    // Dropped before its end, and refused by the hook; the next one is committed.
    let mut session =
        ingest::<Item>(&mut client).set_aside(table()).start::<NoWatermark>().await.unwrap();
    let mut dropped = session.batch().await.unwrap();
    dropped.write_all(&rows).await.unwrap();
    drop(dropped);
    let mut batch = session.batch().await.unwrap();
    batch.write_all([item(4, "bad"), item(5, "good")]).await.unwrap();
    batch.commit_without_high_watermark().await.unwrap();
    session.finish().await.unwrap();
    let failing = ingest::<Item>(&mut client)
        .set_aside(table())
        .on_before_visible(|_| Box::pin(async { Err("no".into()) }))
        .batches(|_: Option<NoWatermark>| Batch::new(&rows));
    failing.await.unwrap_err();
    assert_eq!(database.row("SELECT row ->> 'id' FROM item_rejected").await, "4");
    assert_eq!(database.row("SELECT id FROM item").await, "5");
}

#[tokio::test]
async fn who_reads_the_table_reads_them() {
    let database = Database::new().await;
    let [loader, owner, reader, partly] = ["l", "o", "r", "p"].map(|name| database.role(name));
    database
        .execute(&format!(
            "CREATE ROLE {loader} LOGIN; CREATE ROLE {owner}; CREATE ROLE {reader}; CREATE ROLE {partly};
            GRANT CREATE, USAGE ON SCHEMA public TO {loader}; {ITEMS}; ALTER TABLE item OWNER TO {owner};
            GRANT SELECT, INSERT, UPDATE ON item TO {loader};
            GRANT SELECT ON item TO {reader}; GRANT SELECT (id) ON item TO {partly};
            CREATE TABLE other (LIKE item INCLUDING ALL); GRANT SELECT, INSERT, UPDATE ON other TO {loader};
            GRANT SELECT ON other TO PUBLIC; ALTER TABLE other ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON other USING (id < 100)"
        ))
        .await;
    let mut client = database.connect_as("l").await;
    assert_eq!(load(&mut client).await.unwrap(), 2);
    let may = |role: &str, table: &str| {
        format!("SELECT has_table_privilege('{role}', '{table}_rejected', 'SELECT')")
    };
    for (role, expected) in [(&loader, "t"), (&owner, "t"), (&reader, "t"), (&partly, "f")] {
        assert_eq!(database.row(&may(role, "item")).await, expected, "{role}");
    }
    let batch = |_: Option<NoWatermark>| Batch::new([item(1, "bad"), item(2, "good")]);
    let other = ingest::<Item>(&mut client).into_table("public", "other").set_aside(table());
    other.batches(batch).await.unwrap();
    for (role, expected) in [(&loader, "t"), (&owner, "f"), (&reader, "f")] {
        assert_eq!(database.row(&may(role, "other")).await, expected, "{role}");
    }
}

#[tokio::test]
async fn whether_they_can_be_kept_is_looked_at_before_the_load() {
    let database = Database::new().await;
    let role = database.role("r");
    database
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; {ITEMS}; GRANT SELECT, INSERT, UPDATE ON item TO {role};
            REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        ))
        .await;
    let mut client = database.connect_as("r").await;
    let error = load(&mut client).await.unwrap_err().to_string();
    assert!(error.contains("CREATE on schema \"public\", to keep the rows"), "{error}");
    let mut admin = database.connect().await;
    assert_eq!(load(&mut admin).await.unwrap(), 2);
    let error = load(&mut client).await.unwrap_err().to_string();
    assert!(error.contains("INSERT on the table \"public\".\"item_rejected\""), "{error}");
    database.execute(&format!("GRANT INSERT ON item_rejected TO {role}")).await;
    assert_eq!(load(&mut client).await.unwrap(), 2);
    assert_eq!(database.row("SELECT count(*) FROM item_rejected").await, "4");
    // Columns of somebody else's do not matter, a missing one does.
    database.execute("ALTER TABLE item_rejected ADD fixed boolean DEFAULT false").await;
    assert_eq!(load(&mut client).await.unwrap(), 2);
    database.execute("ALTER TABLE item_rejected DROP reason, ALTER batch TYPE text").await;
    let error = load(&mut client).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
    let reason = "column \"batch\" is of type text, and not bigint; it has no column \"reason\"";
    assert!(error.to_string().contains(reason), "{error}");
    assert_eq!(error.table().unwrap().name(), "item_rejected");
    database.execute("DROP TABLE item_rejected").await;
    let frozen = ingest::<Item>(&mut admin).migration(Migration::Freeze).set_aside(table());
    let error = frozen.batches(|_: Option<NoWatermark>| Batch::new([item(1, "a")])).await;
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SchemaMismatch { .. }), "{error}");
    assert_eq!(database.rows("SELECT id FROM item").await, ["2"]);
}

#[derive(IngestTable)]
#[ingest(table = "item_rejected")]
struct Rejected {
    #[ingest(primary_key)]
    id: i32,
}

#[derive(IngestTable)]
#[ingest(table = "part")]
struct Part {
    #[ingest(primary_key)]
    id: i32,
    item: i32,
}

#[derive(IngestTables)]
enum Both {
    Item(Item),
    Part(Part),
}

#[derive(IngestTables)]
enum Mixed {
    Item(Item),
    Rejected(Rejected),
}

#[tokio::test]
async fn those_of_each_table_in_one_of_its_own() {
    let database = Database::new().await;
    database
        .execute(&format!(
            "{ITEMS}; CREATE TABLE part (id int PRIMARY KEY, item int REFERENCES item)"
        ))
        .await;
    let mut client = database.connect().await;
    let rows = || {
        let part = |id, item| Both::Part(Part { id, item });
        [Both::Item(item(1, "bad")), part(1, 1), part(2, 2), Both::Item(item(2, "good"))]
    };
    let batch = |_: Option<NoWatermark>| Batch::new(rows());
    ingest::<Both>(&mut client).set_aside(table()).batches(batch).await.unwrap();
    assert_eq!(
        database.row("SELECT row_number, row FROM item_rejected").await,
        r#"1|{"id": 1, "name": "bad"}"#
    );
    assert_eq!(
        database.row("SELECT row_number, row FROM part_rejected").await,
        r#"1|{"id": 1, "item": 1}"#
    );
    let mixed = ingest::<Mixed>(&mut client).set_aside(table());
    let error = mixed.batches(|_: Option<NoWatermark>| Batch::new([Mixed::Item(item(3, "a"))]));
    let error = error.await.unwrap_err().to_string();
    assert!(error.contains("would be kept in it"), "{error}");
}

#[tokio::test]
async fn the_name_of_their_table_is_cut_where_it_is_too_long() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let names = ["é".repeat(31), format!("{}a", "é".repeat(31))];
    for name in &names {
        ingest::<Item>(&mut client).into_table("public", name.as_str()).migrate().await.unwrap();
        let batch = |_: Option<NoWatermark>| Batch::new([item(1, "\0"), item(2, "a")]);
        let ingest =
            ingest::<Item>(&mut client).into_table("public", name.as_str()).set_aside(table());
        ingest.batches(batch).await.unwrap();
    }
    let found = "SELECT count(*), min(length(relname)) FROM pg_class
        WHERE relname LIKE '%\\_rejected' AND relkind = 'r'";
    assert!(database.row(found).await.starts_with("2|"));
}

#[tokio::test]
async fn sources_that_are_the_first_to_keep_some_at_once_create_it_once() {
    let database = Database::new().await;
    database.execute(ITEMS).await;
    let load = async |source: &str, id| {
        let mut client = database.connect().await;
        let batch = |_: Option<NoWatermark>| Batch::new([item(id, "bad"), item(id + 1, "good")]);
        ingest::<Item>(&mut client)
            .watermarks(Watermarks::table("public", "marks"))
            .source(source)
            .set_aside(table())
            .batches(batch)
            .await
    };
    let all = tokio::join!(load("a", 10), load("b", 20), load("c", 30), load("d", 40));
    for report in [all.0, all.1, all.2, all.3] {
        assert_eq!(report.unwrap().tables[0].rejected, 1);
    }
    assert_eq!(database.row("SELECT count(*) FROM item_rejected").await, "4");
}
