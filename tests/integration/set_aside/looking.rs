//! What fails while refused rows are looked for.

use super::{Item, all, item};
use futures_util::join;
use pg_bulk_ingest::{Batch, NoWatermark};
use std::time::Duration;
use tests::{Database, ingest};

/// A batch that went on without knowing all that is refused would set rows aside for nothing, or without a reason.
#[tokio::test]
async fn a_cancellation_ends_the_batch() {
    // The check of a refused row: by the statement of a small batch, by the merge, by what looks for that row.
    for evaluation in 1..=3 {
        let database = Database::new().await;
        let wait = format!("nextval('evaluations') = {evaluation}");
        database
            .execute(&format!(
                "CREATE SEQUENCE evaluations;
                CREATE FUNCTION fits(id int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
                    IF id = 2 AND {wait} THEN PERFORM pg_sleep(60); END IF;
                    RETURN id <> 2;
                END $$;
                CREATE TABLE item (id int PRIMARY KEY CHECK (fits(id)), name varchar(5))"
            ))
            .await;
        let mut client = database.connect().await;
        let rows = [item(1, "one"), item(2, "two"), item(3, "three")];
        let load = async {
            let batch = |_: Option<NoWatermark>| Batch::new(&rows);
            ingest::<Item>(&mut client).set_aside(all()).batches(batch).await
        };
        let cancel = async {
            let sleeping = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep'";
            while database.rows(sleeping).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let (loaded, ()) = join!(load, cancel);
        let code = loaded.unwrap_err().code().map(|code| code.code().to_owned());
        assert_eq!(code.as_deref(), Some("57014"), "evaluation {evaluation}");
        assert_eq!(database.row("SELECT count(*) FROM item").await, "0");
    }
}
