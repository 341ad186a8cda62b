//! What would be lost with a view is named, and the table is not replaced.

use super::{refused, with_rows};
use pg_bulk_ingest::ErrorKind;
use tests::{assert_same_views, snapshot_of_views};

/// What hangs on the views `v` and `m`, and how it is described.
const ATTACHED: &[(u32, &str, &str)] = &[
    (10, "CREATE TABLE u (row v)", "table public.u"),
    (10, "CREATE TABLE u (rows m[])", "table public.u"),
    (
        10,
        "CREATE FUNCTION f(v) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function public.f(public.v)",
    ),
    (
        14,
        "CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM m; END",
        "function public.f()",
    ),
    (
        10,
        "CREATE TABLE o (id int); CREATE POLICY p ON o USING (id IN (SELECT id FROM v))",
        "policy p on table public.o",
    ),
    (
        10,
        "CREATE TABLE o (id int); CREATE RULE r AS ON INSERT TO o DO ALSO INSERT INTO v VALUES (NEW.id)",
        "rule r on table public.o",
    ),
    (10, "CREATE STATISTICS s ON id, value FROM m", "statistics object public.s"),
    (
        10,
        "GRANT SELECT ON v TO {role} WITH GRANT OPTION; SET ROLE {role}; GRANT SELECT ON v TO PUBLIC",
        "a grant on view public.v by {role}, who is not the owner",
    ),
    (10, "ALTER EXTENSION citext ADD VIEW v", "that view public.v belongs to extension citext"),
    (
        10,
        "CREATE MATERIALIZED VIEW n AS SELECT * FROM m; REFRESH MATERIALIZED VIEW m WITH NO DATA",
        r#"the data of materialized view "public"."n", which reads materialized view "public"."m" that holds none"#,
    ),
];

#[tokio::test]
async fn each_is_refused_before_the_batches_are_asked_for() {
    let version = tests::version();
    for (_, sql, object) in ATTACHED.iter().filter(|(from, ..)| *from <= version) {
        let database = with_rows().await;
        let role = database.role("grantor");
        database
            .execute(&format!(
                "CREATE ROLE {role}; CREATE VIEW v AS SELECT id FROM t;
                 CREATE MATERIALIZED VIEW m AS SELECT t.* FROM v JOIN t USING (id)"
            ))
            .await;
        database.execute(&sql.replace("{role}", &role)).await;
        let before = snapshot_of_views(&database).await;
        let error = refused(&mut database.connect().await).await;
        let ErrorKind::DependentObjects { objects } = error.kind() else {
            panic!("{sql}: {error:?}")
        };
        let object = object.replace("{role}", &role);
        assert_eq!(*objects, [object], "{sql}");
        assert_same_views(&before, &snapshot_of_views(&database).await, "");
    }
}

#[tokio::test]
async fn a_view_that_cannot_be_made_again_is_named_before_the_load() {
    let database = with_rows().await;
    let role = database.role("loader");
    let mut client = database.connect_as("loader").await;
    database
        .execute(&format!(
            "CREATE SCHEMA s; CREATE TABLE s.names (id int); GRANT ALL ON SCHEMA public TO {role};
             CREATE VIEW a AS SELECT id FROM t; CREATE VIEW b AS SELECT id FROM a JOIN s.names USING (id);
             ALTER TABLE t OWNER TO {role}; ALTER VIEW a OWNER TO {role};
             ALTER VIEW b OWNER TO {role}"
        ))
        .await;
    let error = refused(&mut client).await;
    let ErrorKind::View { view } = error.kind() else { panic!("{error:?}") };
    assert_eq!(view.to_string(), r#""public"."b""#);
    assert_eq!(
        error.to_string(),
        r#"cannot replace the table: "public"."t": view "public"."b" cannot be made again: permission denied for schema s (42501)"#
    );
    assert_eq!(error.code().unwrap().code(), "42501");
}
