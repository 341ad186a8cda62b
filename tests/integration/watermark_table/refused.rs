//! What cannot be is refused before the first row, with what is lacking.

use super::{Row, into_state, run};
use pg_bulk_ingest::{ErrorKind, ingest};
use tests::Database;

#[tokio::test]
async fn a_privilege_that_is_lacking_is_named() {
    let database = Database::new().await;
    let role = database.role("loader");
    let mut client = database.connect_as("loader").await;
    database.execute("CREATE TABLE t (id int PRIMARY KEY, value int NOT NULL)").await;
    database.execute(&format!("GRANT ALL ON t TO {role}")).await;
    let create = "CREATE TABLE ops.ingest_state (table_schema text, table_name text, source text, \
                  high_watermark json, batch bigint, rows bigint, committed_at timestamptz)";
    for (grant, missing) in [
        ("SELECT", format!(r#"CREATE on database "{}""#, database.name())),
        ("CREATE SCHEMA ops", r#"CREATE on schema "ops""#.to_owned()),
        (create, r#"USAGE on schema "ops""#.to_owned()),
        ("GRANT USAGE ON SCHEMA ops TO {role}", "SELECT, INSERT, UPDATE on the table".to_owned()),
        ("GRANT SELECT ON ops.ingest_state TO {role}", "INSERT, UPDATE on the table".to_owned()),
        ("GRANT INSERT ON ops.ingest_state TO {role}", "UPDATE on the table".to_owned()),
    ] {
        database.execute(&grant.replace("{role}", &role)).await;
        let error = run(&mut client, "", 1).await.unwrap_err();
        let ErrorKind::InsufficientPrivilege { missing: named, .. } = error.kind() else {
            panic!("{error:?}")
        };
        assert!(named.starts_with(&missing), "{named}");
        assert!(named.contains("for the high watermarks"), "{named}");
    }
    database.execute(&format!("GRANT UPDATE ON ops.ingest_state TO {role}")).await;
    assert_eq!(run(&mut client, "", 1).await.unwrap(), None);
    assert_eq!(run(&mut client, "", 2).await.unwrap(), Some(1));
}

#[tokio::test]
async fn another_kind_of_table() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    database
        .execute("CREATE SCHEMA ops; CREATE TABLE ops.ingest_state (source text, batch int)")
        .await;
    let error = run(&mut client, "", 1).await.unwrap_err();
    let ErrorKind::WatermarkTable { reason, .. } = error.kind() else { panic!("{error:?}") };
    assert!(reason.contains(r#"it has no column "table_schema""#), "{reason}");
    assert!(reason.contains(r#"column "batch" is of type integer, and not bigint"#), "{reason}");
    assert_eq!(database.row("SELECT to_regclass('t') IS NULL").await, "t");
}

#[tokio::test]
async fn a_source_whose_high_watermark_would_be_in_the_comment() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let error = ingest::<Row>(&mut client).source("a").start::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
    assert!(error.to_string().contains("Watermarks::table"), "{error}");
    let error = ingest::<Row>(&mut client).source("a").stored::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error:?}");
    into_state(&mut client, "a").stored::<i32>().await.unwrap();
    assert_eq!(database.row("SELECT to_regclass('ops.ingest_state') IS NULL").await, "t");
}
