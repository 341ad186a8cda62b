//! Owners and grants are kept, and what the role would need for it is named before the load.

use super::{refused, replace, with_rows};
use pg_bulk_ingest::{Delete, ErrorKind};
use tests::{Database, assert_same_views, snapshot_of_views};

/// Views of another owner, with grants of every kind, in a database with default privileges that
/// would add others.
async fn with_views() -> Database {
    let database = with_rows().await;
    let (owner, reader) = (database.role("owner"), database.role("reader"));
    database
        .execute(&format!(
            "CREATE ROLE {owner} LOGIN; CREATE ROLE {reader} LOGIN;
             GRANT ALL ON SCHEMA public TO {owner}; GRANT SELECT ON t TO {owner};
             CREATE VIEW v AS SELECT * FROM t; CREATE VIEW w AS SELECT * FROM v;
             CREATE MATERIALIZED VIEW m AS SELECT *, current_user::text AS filled_by FROM v;
             CREATE UNIQUE INDEX ON m (id);
             ALTER VIEW v OWNER TO {owner}; ALTER MATERIALIZED VIEW m OWNER TO {owner};
             GRANT SELECT ON v TO PUBLIC; GRANT UPDATE (value), INSERT ON v TO {reader}
                 WITH GRANT OPTION; REVOKE TRUNCATE ON v FROM {owner};
             GRANT SELECT (id) ON m TO {reader}; REVOKE DELETE ON m FROM {owner};
             ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT DELETE ON TABLES TO {reader};
             ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT DELETE ON TABLES TO PUBLIC;
             ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC"
        ))
        .await;
    database
}

#[tokio::test]
async fn owners_and_grants_are_kept() {
    let database = with_views().await;
    let before = snapshot_of_views(&database).await;
    replace(&mut database.connect().await, Delete::All, &[3]).await.unwrap();
    assert_same_views(&before, &snapshot_of_views(&database).await, "");
    // It is filled by its owner, whose view it is to run anything.
    let owner = database.role("owner");
    assert_eq!(database.rows("SELECT id, filled_by FROM m").await, [format!("3|{owner}")]);
}

#[tokio::test]
async fn a_role_that_is_a_member_of_the_owner_is_enough() {
    let database = with_views().await;
    let (owner, loader) = (database.role("owner"), database.role("loader"));
    let mut client = database.connect_as("loader").await;
    database
        .execute(&format!(
            "GRANT {owner} TO {loader}; ALTER TABLE t OWNER TO {owner};
             ALTER VIEW w OWNER TO {owner}; GRANT ALL ON SCHEMA public TO {loader}"
        ))
        .await;
    for creates_schemas in [false, true] {
        if creates_schemas {
            let name = database.name();
            database.execute(&format!("GRANT CREATE ON DATABASE {name} TO {loader}")).await;
        }
        let before = snapshot_of_views(&database).await;
        let id = if creates_schemas { 4 } else { 3 };
        replace(&mut client, Delete::All, &[id]).await.unwrap();
        assert_same_views(&before, &snapshot_of_views(&database).await, "");
        assert_eq!(database.rows("SELECT id FROM m").await, [id.to_string()]);
    }
}

#[tokio::test]
async fn what_is_lacking_is_named_before_the_load() {
    let database = with_rows().await;
    let (owner, loader) = (database.role("owner"), database.role("loader"));
    let mut client = database.connect_as("loader").await;
    database
        .execute(&format!(
            "CREATE ROLE {owner}; CREATE SCHEMA s; CREATE VIEW s.v AS SELECT id FROM t;
             ALTER TABLE t OWNER TO {loader}; GRANT ALL ON SCHEMA public TO {loader};
             GRANT USAGE ON SCHEMA s TO {loader}"
        ))
        .await;
    let mut expect = async |role: &str, missing: &str| {
        let error = refused(&mut client).await;
        assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(r#"cannot replace the table: "public"."t": role "{role}" lacks {missing}"#)
        );
    };
    expect(&loader, r#"the ownership of view "s"."v", which "postgres" has"#).await;
    database.execute(&format!("ALTER VIEW s.v OWNER TO {owner}; GRANT {owner} TO {loader}")).await;
    expect(&loader, r#"CREATE on schema "s", in which view "s"."v" is"#).await;
    database.execute(&format!("GRANT CREATE ON SCHEMA s TO {loader}")).await;
    expect(&owner, r#"CREATE on schema "s", in which its view "s"."v" is"#).await;
    database.execute(&format!("GRANT CREATE ON SCHEMA s TO {owner}")).await;
    replace(&mut client, Delete::All, &[3]).await.unwrap();
}
