//! What is refused of enum types before the batches are asked for.

use super::State::{self, InTransit, Placed};
use super::{LABELS, Order, Parcel, frozen_error, order, start_error, statements};
use pg_bulk_ingest::{Batch, Delete, Error, ErrorKind, IngestEnum, IngestTable, IngestTables};
use tests::{Database, ingest};

#[tokio::test]
async fn two_definitions_of_one_type_are_refused() {
    #[derive(IngestEnum)]
    #[ingest(schema = "sales", type = "state", rename_all = "UPPERCASE")]
    enum Other {
        Placed,
    }
    #[derive(IngestTable)]
    #[ingest(schema = "shop")]
    struct Others {
        state: Other,
    }
    #[derive(IngestTables)]
    enum Shop {
        Parcel(Parcel),
        Others(Others),
    }
    let database = Database::new().await;
    let expected = r#"cannot start the ingest: "shop"."others": the enum type "sales"."state" is defined twice: with the labels "Placed", "in transit", "Delivered", and with the labels "PLACED""#;
    let error = start_error::<Shop>(&database).await;
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }));
    assert_eq!(error.to_string(), expected);

    #[derive(IngestTable)]
    #[ingest(schema = "sales", table = "state")]
    struct SameName {
        state: State,
    }
    let expected = r#"cannot start the ingest: "sales"."state": "sales"."state" is defined both as an enum type and as a table, of whose rows PostgreSQL makes a type of the same name"#;
    let error = start_error::<SameName>(&database).await;
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }));
    assert_eq!(error.to_string(), expected);
    let _ = (Other::Placed, Others { state: Other::Placed }, SameName { state: Placed });
}

#[tokio::test]
async fn a_type_of_the_name_that_is_no_enum_is_refused() {
    for (sql, what) in [
        ("CREATE TABLE sales.state ()", "the type of a table's rows"),
        ("CREATE TYPE sales.state AS (a int)", "a composite type"),
        ("CREATE DOMAIN sales.state AS text", "a domain"),
        ("CREATE TYPE sales.state AS RANGE (subtype = int)", "a range type"),
        ("CREATE TYPE sales.state", "no enum type"),
    ] {
        let database = Database::new().await;
        database.execute(&format!("CREATE SCHEMA sales; {sql}")).await;
        let expected = format!(
            r#"cannot start the ingest: "shop"."orders": "sales"."state" is defined as an enum type, and it is {what}"#
        );
        let error = start_error::<Order>(&database).await;
        assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }));
        assert_eq!(error.to_string(), expected);
    }
    // The array type of another gives way.
    #[derive(IngestEnum)]
    #[ingest(type = "_mood")]
    enum Underscored {
        A,
    }
    #[derive(IngestTable)]
    struct Row {
        value: Underscored,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let batch = [Batch::new([Row { value: Underscored::A }])];
    ingest::<Row>(&mut client).batches(|_| batch).await.unwrap();
}

#[tokio::test]
async fn a_frozen_type_that_lacks_a_label_is_a_difference() {
    let database = Database::new().await;
    let sql = "CREATE SCHEMA shop; CREATE SCHEMA sales; CREATE TYPE sales.state AS ENUM ('Placed')";
    database.execute(&format!("{sql}; CREATE TABLE shop.parcel (state sales.state)")).await;
    let error = frozen_error::<Parcel>(&database).await;
    assert!(matches!(error.kind(), ErrorKind::SchemaMismatch { .. }), "{error:?}");
    assert!(error.to_string().contains(r#"the enum type "sales"."state" lacks "#), "{error}");
    let labels = "SELECT count(*) FROM pg_enum WHERE enumtypid = 'sales.state'::regtype";
    assert_eq!(database.row(labels).await, "1");
}

#[tokio::test]
async fn another_type_of_the_column_is_a_difference() {
    const TABLE: &str = "CREATE SCHEMA shop; CREATE TABLE shop.parcel (state ";
    let database = Database::new().await;
    database.execute(&format!("{TABLE} text)")).await;
    let check = |error: Error, live: &str, defined: &str| {
        assert!(matches!(error.kind(), ErrorKind::SchemaMismatch { .. }));
        let expected = format!(
            r#"cannot start the ingest: "shop"."parcel": the table does not match its definition: column "state" is of type {live}, defined as {defined}"#
        );
        assert_eq!(error.to_string(), expected);
    };
    // What the type would be is found out without leaving it behind.
    check(frozen_error::<Parcel>(&database).await, "text", "sales.state");
    let types = "SELECT count(*) FROM pg_type WHERE typname = 'state'";
    assert_eq!(database.row(types).await, "0");
    database.execute("DROP SCHEMA shop CASCADE").await;

    #[derive(IngestTable)]
    #[ingest(schema = "shop", table = "parcel")]
    struct Text {
        state: Option<String>,
    }
    database.execute("CREATE SCHEMA sales; CREATE TYPE sales.state AS ENUM ('Placed')").await;
    database.execute(&format!("{TABLE} sales.state)")).await;
    check(frozen_error::<Text>(&database).await, "sales.state", "text");
    let _ = Text { state: None };
}

/// Tries to start as a role to which only this was granted.
async fn refused<S: IngestTables>(database: &Database, delete: Delete) -> String {
    let mut client = database.connect_as("r").await;
    let ingest = ingest::<S>(&mut client).delete(delete);
    let error = ingest.start::<i32>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error:?}");
    let role = format!(r#"role "{}" lacks "#, database.role("r"));
    let message = error.to_string();
    let (_, missing) = message.split_once(&role).unwrap();
    missing.replace(database.name(), "DATABASE")
}

#[tokio::test]
async fn each_privilege_that_is_lacking_is_named_before_the_load() {
    let database = Database::new().await;
    let role = database.role("r");
    database.connect_as("r").await;
    let grant = async |what: &str| database.execute(&format!("GRANT {what} TO {role}")).await;
    database.execute(&format!("CREATE SCHEMA shop; GRANT ALL ON SCHEMA shop TO {role}")).await;
    assert_eq!(
        refused::<Order>(&database, Delete::Off).await,
        r#"CREATE on database "DATABASE", to create the enum type "sales"."state""#
    );
    database.execute("CREATE SCHEMA sales").await;
    assert_eq!(
        refused::<Order>(&database, Delete::Off).await,
        r#"CREATE and USAGE on schema "sales", to create the enum type "sales"."state""#
    );
    database
        .execute(
            "CREATE TYPE sales.state AS ENUM ('Placed', 'Delivered');
             REVOKE ALL ON TYPE sales.state FROM PUBLIC",
        )
        .await;
    assert_eq!(
        refused::<Order>(&database, Delete::Off).await,
        r#"the ownership of the enum type "sales"."state", which "postgres" has, to add "in transit" to it"#
    );
    database.execute("ALTER TYPE sales.state ADD VALUE 'in transit' AFTER 'Placed'").await;
    let schema_usage = r#"USAGE on schema "sales", where the enum type "sales"."state" is"#;
    assert_eq!(refused::<Order>(&database, Delete::Off).await, schema_usage);
    grant("USAGE ON SCHEMA sales").await;
    let usage = r#"USAGE on the enum type "sales"."state""#;
    assert_eq!(refused::<Order>(&database, Delete::Off).await, usage);

    // Rows that are copied straight into the table need nothing of the type.
    database
        .execute(&format!(
            "CREATE TABLE shop.parcel (state sales.state); GRANT INSERT ON shop.parcel TO {role}"
        ))
        .await;
    let mut client = database.connect_as("r").await;
    let parcel = || [Batch::new([Parcel { state: Some(InTransit) }])];
    ingest::<Parcel>(&mut client).batches(|_| parcel()).await.unwrap();
    database.execute(&format!("ALTER TABLE shop.parcel OWNER TO {role}")).await;
    assert_eq!(refused::<Parcel>(&database, Delete::All).await, usage);
    database.execute("ALTER TYPE sales.state ADD VALUE 'x'").await;
    database.execute(&format!("REVOKE SELECT ON shop.parcel FROM {role}")).await;
    assert_eq!(
        refused::<Parcel>(&database, Delete::Off).await,
        r#"SELECT on the table, to see whether a row holds "x", which the enum type "sales"."state" has and the enum has not"#
    );
    grant("SELECT ON shop.parcel").await;
    database.execute(&format!("REVOKE USAGE ON SCHEMA sales FROM {role}")).await;
    assert_eq!(refused::<Parcel>(&database, Delete::Off).await, schema_usage);
    grant("USAGE ON SCHEMA sales").await;
    ingest::<Parcel>(&mut client).batches(|_| parcel()).await.unwrap();

    grant("USAGE ON TYPE sales.state").await;
    ingest::<Order>(&mut client).batches(|_| [Batch::new([order(1, Placed)])]).await.unwrap();
    // The owner of the type may do it all.
    database
        .execute(&format!(
            "ALTER TYPE sales.state RENAME VALUE 'in transit' TO 'y';
             ALTER TYPE sales.state OWNER TO {role}; DELETE FROM shop.parcel"
        ))
        .await;
    let report = ingest::<Parcel>(&mut client).batches(|_| parcel()).await.unwrap();
    assert_eq!(statements(&report).len(), 1);
    assert_eq!(database.row(LABELS).await, "Placed, in transit, y, Delivered, x");
}
