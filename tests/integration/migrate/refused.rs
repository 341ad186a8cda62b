//! What cannot be changed without losing something is refused before the batches are asked for.

use super::definitions::{PLAIN, PLAIN_ROWS, Plain};
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Iter, Migration, Upsert};
use tests::{Database, ingest};

#[derive(IngestTable)]
#[ingest(table = "parted")]
struct Parted {
    #[ingest(primary_key)]
    id: i32,
    at: i32,
}

/// What a table says that has not changed.
async fn state(database: &Database) -> Vec<String> {
    let sql = "SELECT 't'::regclass::oid, * FROM t ORDER BY 1, 2";
    let mut state = database.rows(sql).await;
    let sql = "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
        WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum";
    state.extend(database.rows(sql).await);
    let sql = "SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY 1";
    state.extend(database.rows(sql).await);
    let sql = "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1";
    state.extend(database.rows(sql).await);
    state
}

async fn refused(change: &str) -> String {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS}{change}")).await;
    let before = state(&database).await;
    let mut client = database.connect().await;
    let batches = |_| -> [Batch<Iter<Vec<Plain>>>; 0] { panic!("asked for batches") };
    let error = ingest::<Plain>(&mut client).batches(batches).await.unwrap_err();
    assert_eq!(state(&database).await, before, "{change}");
    if !matches!(error.kind(), ErrorKind::Server) {
        let planned = ingest::<Plain>(&mut client).plan().await.unwrap_err();
        assert_eq!(planned.to_string(), error.to_string());
    }
    // With the rows gone there is nothing in the way but what hangs on the table.
    let error = error.to_string();
    let place = r#"cannot migrate the table: "public"."t""#;
    error.strip_prefix(place).unwrap_or_else(|| panic!("{error}")).to_owned()
}

#[tokio::test]
async fn rows_that_cannot_be_rows_of_the_table_are_counted() {
    for (change, reason) in [
        (
            "UPDATE t SET number = 1; ALTER TABLE t ALTER number DROP NOT NULL; UPDATE t SET number = NULL WHERE id = 2",
            r#", column "number": 1 rows hold NULL, and the column is defined as NOT NULL"#,
        ),
        (
            "ALTER TABLE t ALTER value TYPE text; UPDATE t SET value = 'longer than sixteen characters' WHERE id = 2",
            r#", column "value": 1 rows hold a value of type text that character varying(16) cannot hold as it is"#,
        ),
        (
            "ALTER TABLE t ALTER id TYPE numeric; UPDATE t SET id = 1.5 WHERE id = 1",
            r#", column "id": 1 rows hold a value of type numeric that integer cannot hold as it is"#,
        ),
        (
            "ALTER TABLE t ALTER id TYPE bigint; UPDATE t SET id = 3000000000 WHERE id = 1",
            r#", column "id": 1 rows hold a value of type bigint that integer cannot hold as it is"#,
        ),
        (
            "ALTER TABLE t ALTER id TYPE text; UPDATE t SET id = 'x' WHERE id = '1'",
            r#", column "id": 1 rows hold a value of type text that integer cannot hold as it is"#,
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT t_pkey; UPDATE t SET id = 1; ALTER TABLE t ALTER number DROP DEFAULT, ALTER number TYPE real",
            ": 1 keys have several rows, and btree (id) is defined to be unique",
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT t_pkey; UPDATE t SET id = 1",
            r#", in `CREATE UNIQUE INDEX CONCURRENTLY "t_pkey" ON "public"."t" USING btree (id)`: could not create unique index "t_pkey" (23505)"#,
        ),
    ] {
        assert_eq!(refused(change).await, reason, "{change}");
    }
}

#[tokio::test]
async fn what_uses_a_column_or_a_key_is_named() {
    let dropped = r#": column "more" is not in the struct, but "#;
    for (change, reason) in [
        (
            "ALTER TABLE t ADD more int; CREATE VIEW v AS SELECT more FROM t",
            format!("{dropped}view public.v depends on it"),
        ),
        (
            "ALTER TABLE t ADD more int, ADD CONSTRAINT c CHECK (more > id)",
            format!("{dropped}constraint c on table public.t depends on it"),
        ),
        (
            "ALTER TABLE t ADD more int; CREATE POLICY p ON t USING (more > 0)",
            format!("{dropped}policy p on table public.t depends on it"),
        ),
        (
            "ALTER TABLE t ADD more int UNIQUE; CREATE TABLE o (r int REFERENCES t (more))",
            format!("{dropped}constraint o_r_fkey on table public.o depends on it"),
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (number); CREATE TABLE o (r float8 REFERENCES t)",
            ": the primary key is btree (number), defined as btree (id), but constraint o_r_fkey on table public.o depends on it".to_owned(),
        ),
        (
            "CREATE UNIQUE INDEX u ON t (number); ALTER TABLE t REPLICA IDENTITY USING INDEX u",
            r#": index "u", btree (number), is not in the struct, but the replica identity depends on it"#.to_owned(),
        ),
    ] {
        let found = refused(change).await;
        assert!(found.starts_with(&reason), "{change}: {found}");
    }
}

#[tokio::test]
async fn a_missing_column_without_a_default_needs_an_empty_table() {
    #[derive(pg_bulk_ingest::IngestTable)]
    #[ingest(table = "t")]
    struct More {
        id: i32,
        more: i32,
    }
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id int NOT NULL)").await;
    let mut client = database.connect().await;
    ingest::<More>(&mut client).migrate().await.unwrap();
    database.execute("ALTER TABLE t DROP more; INSERT INTO t VALUES (1), (2)").await;
    let error = ingest::<More>(&mut client).migrate().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot migrate the table: "public"."t", column "more": 2 rows would have no value: the column is missing, and defined as NOT NULL without a default"#
    );
    // The rows go.
    let ingest_all = ingest::<More>(&mut client).delete(Delete::BeforeFirstBatch);
    let batch = Batch::new([More { id: 3, more: 4 }]);
    ingest_all.batches(|_| [batch]).await.unwrap();
    assert_eq!(database.rows("SELECT * FROM t").await, ["3|4"]);
}

#[tokio::test]
async fn rows_that_were_to_go_with_a_first_batch_stay_without_one() {
    let database = Database::new().await;
    database.execute(&format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t DROP number, ADD more int")).await;
    let mut client = database.connect().await;
    let none = |_| -> [Batch<Iter<Vec<Plain>>>; 0] { [] };
    let ingest_all = ingest::<Plain>(&mut client).delete(Delete::BeforeFirstBatch);
    let report = ingest_all.batches(none).await.unwrap();
    // Before 11 a column with a default means a rebuild.
    match tests::version() < 11 {
        true => assert!(super::rewrites(&report.migrated), "{}", report.migrated),
        false => assert_eq!(report.migrated.statements().len(), 2),
    }
    assert_eq!(database.rows("SELECT * FROM t ORDER BY id").await, ["1|a|2", "2|∅|2"]);
    database.execute("ALTER TABLE t DROP value").await;
    ingest::<Plain>(&mut client).delete(Delete::All).batches(none).await.unwrap();
    assert_eq!(database.row("SELECT count(*), count(value) FROM t").await, "0|0");
}

#[tokio::test]
async fn a_role_that_does_not_own_the_table_is_told() {
    let database = Database::new().await;
    let role = database.role("guest");
    let mut guest = database.connect_as("guest").await;
    let grants = format!("GRANT SELECT, INSERT, UPDATE ON t TO {role}");
    database.execute(&format!("{PLAIN} ALTER TABLE t DROP number; {grants}")).await;
    let error = ingest::<Plain>(&mut guest).migrate().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error}");
    let owner =
        database.row("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 't'::regclass");
    let expected = format!(
        r#"cannot start the ingest: "public"."t": role {role:?} lacks the ownership of the table, which {:?} has, to change it"#,
        owner.await
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_role_that_owns_the_table_and_nothing_else_migrates_it() {
    let database = Database::new().await;
    let role = database.role("keeper");
    let mut keeper = database.connect_as("keeper").await;
    let name = database.name();
    database
        .execute(&format!(
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {role};
            REVOKE CREATE ON SCHEMA public FROM PUBLIC; {PLAIN}{PLAIN_ROWS}
            ALTER TABLE t OWNER TO {role}; ALTER TABLE t ADD more int"
        ))
        .await;
    // Without TEMP, and CREATE on the schema, PostgreSQL cannot be asked how it spells a default.
    let error = ingest::<Plain>(&mut keeper).upsert(Upsert::Off).migrate().await.unwrap_err();
    let missing = format!("role {role:?} lacks TEMPORARY on database {name:?}");
    assert!(error.to_string().ends_with(&missing), "{error}");
    for grant in [
        format!("GRANT CREATE ON SCHEMA public TO {role}"),
        format!(
            "REVOKE CREATE ON SCHEMA public FROM {role}; GRANT TEMP ON DATABASE {name} TO {role}"
        ),
    ] {
        database.execute(&format!("{grant}; ALTER TABLE t ADD again int")).await;
        let exact = ingest::<Plain>(&mut keeper).migration(Migration::Exact);
        exact.upsert(Upsert::Off).migrate().await.unwrap();
        let columns = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped";
        assert_eq!(database.row(columns).await, "id,value,number");
    }
    database.execute("DROP INDEX t_value_idx").await;
    let error = ingest::<Plain>(&mut keeper).upsert(Upsert::Off).migrate().await.unwrap_err();
    let missing = format!("role {role:?} lacks CREATE on schema \"public\"");
    assert!(error.to_string().ends_with(&missing), "{error}");
}

/// A key of which much is made: told by its first few, and how many there are.
#[tokio::test]
async fn a_key_that_many_depend_on_is_told_in_one_sentence() {
    let database = Database::new().await;
    let others = (0..30).map(|other| format!("CREATE TABLE o{other} (n float8 REFERENCES t);"));
    let others = others.collect::<String>();
    database
        .execute(&format!(
            "{PLAIN} ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (number); {others}"
        ))
        .await;
    let error = ingest::<Plain>(&mut database.connect().await).plan().await.unwrap_err();
    let ErrorKind::CannotMigrate { reasons } = error.kind() else { panic!("{error:?}") };
    assert_eq!(reasons.len(), 30);
    assert!(error.to_string().ends_with("; and 20 more"), "{error}");
    if tests::version() < 11 {
        return;
    }
    // Keys of partitions are there because the table has one.
    let parts = (0..30).map(|part| {
        format!(
            "CREATE TABLE p{part} PARTITION OF parted FOR VALUES FROM ({part}) TO ({part} + 1);"
        )
    });
    let parts = parts.collect::<String>();
    database
        .execute(&format!("CREATE TABLE parted (id int, at int, PRIMARY KEY (id, at)) PARTITION BY RANGE (id); {parts}"))
        .await;
    let mut client = database.connect().await;
    let exact = ingest::<Parted>(&mut client).migration(Migration::Exact);
    exact.plan().await.unwrap();
}
