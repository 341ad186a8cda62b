//! What the role must be allowed to do to carry over what hangs on a table.

use super::{execute, load, loaded, refused};
use pg_bulk_ingest::{Delete, ErrorKind};

/// What hangs on a table that the role owns, what it lacks, and what gives it that.
const CASES: &[(&str, &str, &str)] = &[
    (
        "CREATE TABLE o (t int REFERENCES t)",
        r#"the ownership of table "public"."o", which "postgres" has"#,
        "ALTER TABLE o OWNER TO {role}",
    ),
    (
        "CREATE TABLE o (id int PRIMARY KEY); INSERT INTO o VALUES (1), (2);
         ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES o",
        r#"REFERENCES on table "public"."o", to which foreign key "k" refers"#,
        "GRANT REFERENCES, SELECT ON o TO {role}",
    ),
    (
        "CREATE PUBLICATION p FOR TABLE t",
        r#"the ownership of publication "p", which "postgres" has"#,
        "GRANT CREATE ON DATABASE {database} TO {role}; ALTER PUBLICATION p OWNER TO {role}",
    ),
    (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();
         REVOKE ALL ON FUNCTION f() FROM PUBLIC",
        "EXECUTE on function public.f()",
        "GRANT EXECUTE ON FUNCTION f() TO {role}",
    ),
    (
        "CREATE SCHEMA x; CREATE STATISTICS x.s ON id, value FROM t;
         ALTER STATISTICS x.s OWNER TO {role}",
        r#"CREATE on schema "x""#,
        "GRANT USAGE, CREATE ON SCHEMA x TO {role}",
    ),
    (
        "CREATE ROLE {role}_2; GRANT USAGE ON SCHEMA public TO {role}_2;
         GRANT SELECT ON t TO {role}_2 WITH GRANT OPTION;
         SET ROLE {role}_2; GRANT SELECT ON t TO PUBLIC",
        r#"membership of role "{role}_2", who granted privileges on the table"#,
        "GRANT {role}_2 TO {role}",
    ),
];

#[tokio::test]
async fn each_that_is_lacking_is_named_before_the_load() {
    for (fixture, missing, grant) in CASES {
        let database = loaded().await;
        let mut client = database.connect_as("r").await;
        execute(&database, "ALTER TABLE t OWNER TO {role}; GRANT ALL ON SCHEMA public TO {role}")
            .await;
        execute(&database, fixture).await;
        let error = refused(&database, &mut client).await;
        assert!(matches!(error.kind(), ErrorKind::InsufficientPrivilege { .. }), "{error:?}");
        let lacks = format!("lacks {}", missing.replace("{role}", &database.role("r")));
        assert!(error.to_string().ends_with(&lacks), "{error}");
        execute(&database, &grant.replace("{database}", database.name())).await;
        let before = tests::snapshot(&database).await;
        load(&mut client, Delete::BeforeFirstBatch).await.unwrap();
        tests::assert_same(&before, &tests::snapshot(&database).await, fixture);
    }
}
