//! What the role must be allowed to do.

mod least;

use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Upsert};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(schema = "s", table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
}

/// Tries to start as a role to which only this was granted.
async fn refused(database: &Database, name: &str, delete: Delete) -> String {
    let mut client = database.connect_as(name).await;
    let ingest = ingest::<Row>(&mut client).delete(delete);
    let error = ingest.start::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error:?}");
    error.to_string().replace(&database.role(name), "ROLE").replace(database.name(), "DATABASE")
}

#[tokio::test]
async fn each_that_is_lacking_is_named_before_the_load() {
    let database = Database::new().await;
    let role = database.role("r");
    let revoke =
        format!("REVOKE ALL ON DATABASE {} FROM PUBLIC; CREATE ROLE {role} LOGIN", database.name());
    let grant = |what: &str| format!("GRANT {what} TO {role}");
    database.execute(&revoke).await;
    database.execute(&grant(&format!("CONNECT ON DATABASE {}", database.name()))).await;
    let expect =
        |missing: &str| format!(r#"cannot start the ingest: "s"."t": role "ROLE" lacks {missing}"#);
    let on_database = |privilege: &str| expect(&format!(r#"{privilege} on database "DATABASE""#));
    assert_eq!(refused(&database, "r", Delete::Off).await, on_database("TEMPORARY"));
    database.execute(&grant(&format!("TEMPORARY ON DATABASE {}", database.name()))).await;
    assert_eq!(refused(&database, "r", Delete::Off).await, on_database("CREATE"));
    database.execute("CREATE SCHEMA s").await;
    let schema = expect(r#"CREATE and USAGE on schema "s""#);
    assert_eq!(refused(&database, "r", Delete::Off).await, schema);
    database.execute("CREATE TABLE s.t (id int PRIMARY KEY)").await;
    database.execute(&grant("USAGE ON SCHEMA s")).await;
    for privilege in ["INSERT", "SELECT"] {
        let missing = expect(&format!("{privilege} on the table"));
        assert_eq!(refused(&database, "r", Delete::Off).await, missing);
        database.execute(&grant(&format!("{privilege} ON s.t"))).await;
    }
    let missing = expect(r#"the ownership of the table, which "postgres" has"#);
    assert_eq!(refused(&database, "r", Delete::All).await, missing);
    let mut client = database.connect_as("r").await;
    let rows = [Row { id: 1 }];
    ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(database.rows("SELECT id FROM s.t").await, ["1"]);
}

#[tokio::test]
async fn insert_alone_is_enough_to_append() {
    let database = Database::new().await;
    let role = database.role("r");
    let mut client = database.connect_as("r").await;
    database
        .execute(&format!(
            "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);
             GRANT USAGE ON SCHEMA s TO {role}; GRANT INSERT ON s.t TO {role};
             REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC",
            database.name()
        ))
        .await;
    let rows = [Row { id: 1 }];
    let ingest = ingest::<Row>(&mut client).upsert(Upsert::Off);
    ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(database.rows("SELECT id FROM s.t").await, ["1"]);
}

#[tokio::test]
async fn rows_reach_a_table_whose_row_security_applies_to_the_role() {
    let database = Database::new().await;
    let role = database.role("r");
    let mut client = database.connect_as("r").await;
    database
        .execute(&format!(
            "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);
             ALTER TABLE s.t ENABLE ROW LEVEL SECURITY;
             CREATE POLICY p ON s.t USING (true) WITH CHECK (id < 100);
             GRANT USAGE ON SCHEMA s TO {role}; GRANT ALL ON s.t TO {role}"
        ))
        .await;
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        let rows = (1..=10).map(|id| Row { id });
        let ingest = ingest::<Row>(&mut client).upsert(upsert);
        ingest.batches(|_| [Batch::new(rows)]).await.unwrap();
    }
    assert_eq!(database.row("SELECT count(*) FROM s.t").await, "10");
    let rows = [Row { id: 100 }];
    let error = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501");
    let session = ingest::<Row>(&mut client).start::<i32>().await.unwrap();
    session.finish().await.unwrap();
}

#[tokio::test]
async fn a_read_only_session_is_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    client.batch_execute("SET default_transaction_read_only = on").await.unwrap();
    let error = ingest::<Row>(&mut client).start::<i32>().await.unwrap_err();
    let message = "cannot start the ingest: transactions of this session are read-only";
    assert_eq!(error.to_string(), message);
}

#[tokio::test]
async fn a_session_that_reads_text_in_another_encoding_is_refused() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    client.batch_execute("SET client_encoding = LATIN1").await.unwrap();
    let error = ingest::<Row>(&mut client).start::<i32>().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot start the ingest: the session's client_encoding is LATIN1, and text is sent in UTF8"
    );
}
