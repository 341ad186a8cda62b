//! Temporary views: one of the session is carried over; that of another can only be made by it.

use super::{Row, refused, replace, rows, with_rows};
use pg_bulk_ingest::{Delete, Error, ErrorKind, Visibility};
use tests::{Database, ingest};
use tokio_postgres::Client;

/// A session with a temporary view of the table, and how it is described.
async fn with_temporary_view(database: &Database) -> (Client, String) {
    let client = database.connect().await;
    let view = "SET application_name = 'report'; CREATE TEMP VIEW v AS SELECT * FROM t";
    client.batch_execute(view).await.unwrap();
    let described = "SELECT format(
        'temporary view \"%s\".\"v\", of process %s of role %s (report)',
        (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()),
        pg_backend_pid(), quote_ident(current_user))";
    let described = tests::rows(&client, described).await.remove(0);
    (client, described)
}

fn assert_named(error: &Error, described: &str) {
    let ErrorKind::DependentObjects { objects } = error.kind() else { panic!("{error:?}") };
    let [object] = objects.as_slice() else { panic!("{error}") };
    // Before 16 not every session shows which temporary schema is its own.
    let is_exact = tests::version() >= 16;
    let (named, process) = described.split_once(", of ").unwrap();
    assert!(object.starts_with(named) && object.contains(process), "{object}: {described}");
    assert!(object == described || !is_exact, "{object}: {described}");
}

#[tokio::test]
async fn that_of_another_session_is_named_before_the_load() {
    let database = with_rows().await;
    let role = database.role("loader");
    let mut owner = database.connect_as("loader").await;
    let (other, described) = with_temporary_view(&database).await;
    other.batch_execute("CREATE TEMP VIEW over AS SELECT * FROM pg_class").await.unwrap();
    assert_named(&refused(&mut database.connect().await).await, &described);
    database
        .execute(&format!("ALTER TABLE t OWNER TO {role}; GRANT ALL ON SCHEMA public TO {role}"))
        .await;
    assert_named(&refused(&mut owner).await, &described);
    // So is that of a session that is in a transaction, alone.
    other.batch_execute("BEGIN; SELECT FROM v").await.unwrap();
    let error = refused(&mut owner).await;
    let ErrorKind::DependentObjects { objects } = error.kind() else { panic!("{error:?}") };
    assert_eq!(objects.as_slice(), std::slice::from_ref(&described));
    other.batch_execute("COMMIT; DROP VIEW v").await.unwrap();
    // A rebuild replaces the table, too.
    database.execute("ALTER TABLE t ALTER id TYPE bigint").await;
    let (_other, described) = with_temporary_view(&database).await;
    let rebuild = ingest::<Row>(&mut owner).migrate().await;
    assert_named(&rebuild.unwrap_err(), &described);
    assert_eq!(database.row("SELECT count(*) FROM t").await, "2");
}

#[tokio::test]
async fn one_that_another_session_makes_during_the_load_is_named() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    let ingest = ingest::<Row>(&mut client)
        .delete(Delete::BeforeFirstBatch)
        .visibility(Visibility::AfterLastBatch);
    let mut session = ingest.start::<i32>().await.unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(rows(&[3, 4])).await.unwrap();
    let (_other, described) = with_temporary_view(&database).await;
    let committed = match batch.commit(1).await {
        Ok(_) => session.finish().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert_named(&committed.unwrap_err(), &described);
    assert_eq!(database.rows("SELECT id FROM t ORDER BY 1").await, ["1", "2"]);
}

#[tokio::test]
async fn one_of_the_session_is_of_the_new_table() {
    let database = with_rows().await;
    let mut client = database.connect().await;
    client
        .batch_execute(
            "CREATE VIEW v AS SELECT * FROM t; CREATE TEMP VIEW own AS SELECT id FROM v;
             CREATE MATERIALIZED VIEW m AS SELECT id FROM v; COMMENT ON VIEW own IS 'own'",
        )
        .await
        .unwrap();
    replace(&mut client, Delete::BeforeFirstBatch, &[3]).await.unwrap();
    let own = "SELECT id, obj_description('own'::regclass) FROM own";
    assert_eq!(tests::rows(&client, own).await, ["3|own"]);
    assert_eq!(database.rows("SELECT id FROM m").await, ["3"]);
}
