//! The plan is what is then done, and what the report says was done: one list.

use super::definitions::{PLAIN, PLAIN_ROWS, Plain};
use pg_bulk_ingest::{IngestTable, Plan, Statement};
use tests::{Database, ingest};

fn planned(plan: &Plan) -> Vec<&str> {
    plan.statements().iter().map(Statement::sql).collect()
}

mod commented {
    use pg_bulk_ingest::IngestTable;

    /// Our shops.
    #[derive(IngestTable)]
    #[ingest(table = "t", comments)]
    pub(super) struct Row {
        /// Its number.
        #[ingest(primary_key)]
        pub(super) id: i32,
        /// What it says.
        #[ingest(sql_type = "varchar(16)")]
        pub(super) value: Option<String>,
    }
}

async fn same<S: IngestTable>(sql: &str) -> String {
    let database = Database::new().await;
    database.execute(sql).await;
    let mut client = database.connect().await;
    let plan = ingest::<S>(&mut client).plan().await.unwrap();
    let migrated = ingest::<S>(&mut client).migrate().await.unwrap();
    assert_eq!(planned(&plan), planned(&migrated), "{sql}");
    let again = ingest::<S>(&mut client).plan().await.unwrap();
    assert!(again.is_empty(), "{sql}: {again}");
    plan.to_string()
}

const SHOPS: &str = "CREATE TABLE t (id int PRIMARY KEY, value varchar(16));
    INSERT INTO t VALUES (1, 'a');";

#[tokio::test]
async fn comments_are_planned() {
    for more in [
        "",
        "COMMENT ON TABLE t IS 'Our shops.'",
        r#"COMMENT ON TABLE t IS '{"pg-bulk-ingest": {"high-watermark": 5}}'"#,
        "COMMENT ON COLUMN t.id IS 'other'",
        // With a change in place, and with a rebuild.
        "ALTER TABLE t DROP value",
        r#"ALTER TABLE t ALTER id TYPE bigint;
            COMMENT ON TABLE t IS '{"comment": "other", "pg-bulk-ingest": {}}'"#,
    ] {
        let plan = same::<commented::Row>(&format!("{SHOPS}{more}")).await;
        assert!(plan.contains("COMMENT ON COLUMN \"public\".\"t\".\"value\""), "{plan}");
    }
    let plan = same::<commented::Row>("SELECT 1").await;
    assert!(plan.contains("Our shops."), "{plan}");
}

#[tokio::test]
async fn what_a_rebuild_does_for_owner_comments_and_views_is_planned() {
    let database = Database::new().await;
    let role = database.role("owner");
    drop(database.connect_as("owner").await);
    let rebuilt = format!("{PLAIN}{PLAIN_ROWS} ALTER TABLE t ALTER id TYPE bigint;");
    for (more, expected) in [
        ("ALTER TABLE t OWNER TO role; GRANT ALL ON SCHEMA public TO role", "OWNER TO"),
        (
            r#"COMMENT ON TABLE t IS '{"pg-bulk-ingest": {"high-watermark": 5}}'"#,
            "COMMENT ON TABLE",
        ),
        ("COMMENT ON COLUMN t.value IS 'what'", "COMMENT ON COLUMN"),
        (
            "CREATE VIEW v AS SELECT value FROM t; CREATE VIEW w AS SELECT * FROM v",
            "CREATE OR REPLACE VIEW",
        ),
        ("CREATE MATERIALIZED VIEW v AS SELECT value FROM t", "CREATE MATERIALIZED VIEW"),
        ("ALTER TABLE t ADD CHECK (number > 0) NOT VALID", "ADD CONSTRAINT"),
        ("ALTER TABLE t ADD EXCLUDE USING btree (number WITH =)", "RENAME CONSTRAINT"),
        ("ALTER INDEX t_value_idx RENAME TO named", "RENAME TO \"named\""),
        // One of theirs that is to be had is taken.
        ("ALTER INDEX t_value_idx RENAME TO named; CREATE TABLE t_value_idx ()", "RENAME TO"),
        ("GRANT SELECT, UPDATE (value) ON t TO role WITH GRANT OPTION", "GRANT UPDATE (\"value\")"),
        ("GRANT SELECT ON t TO PUBLIC; REVOKE TRUNCATE ON t FROM CURRENT_USER", "REVOKE TRUNCATE"),
        (
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT DELETE ON TABLES TO role",
            "REVOKE DELETE",
        ),
        (
            "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY; \
             GRANT USAGE ON SEQUENCE t_id_seq TO role",
            "GRANT USAGE ON SEQUENCE",
        ),
    ] {
        let more = more.replace("role", &role);
        let plan = same::<Plain>(&format!("{rebuilt}{more}")).await;
        assert!(plan.contains(expected), "{plan}");
    }
}
