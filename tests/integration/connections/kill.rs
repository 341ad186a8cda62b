//! A program that is killed while it loads over several connections.

use super::{Keyed, Plain, further, text};
use pg_bulk_ingest::Batch;
use std::process::{Command, Stdio};
use tests::{Database, ingest};

/// The database that a child process loads into, and what.
const URL: &str = "PG_BULK_INGEST_TEST_URL";
const KEYED: &str = "PG_BULK_INGEST_TEST_KEYED";

/// Not a test of its own: what the killed process does.
#[tokio::test]
async fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let connect = || async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok::<_, tokio_postgres::Error>(client)
    };
    let mut client = connect().await.unwrap();
    let text = text();
    let endless = (0..).map(|id| Keyed { id, value: &text });
    if std::env::var_os(KEYED).is_some() {
        let ingest = ingest::<Keyed<'_>>(&mut client).connections(2, connect);
        ingest.batches(|_| [Batch::new(endless)]).await.unwrap();
    } else {
        let ingest = ingest::<Plain<'_>>(&mut client).connections(2, connect);
        ingest.batches(|_| [Batch::new(endless.map(Keyed::plain))]).await.unwrap();
    }
}

#[tokio::test]
async fn the_next_run_removes_what_a_killed_one_left() {
    let text = text();
    // A staging table, the new table itself, and that with a key.
    for (keyed, merges) in [(true, true), (false, false), (true, false)] {
        let database = Database::new().await;
        let mut client = database.connect().await;
        if merges {
            let first = [Keyed { id: -1, value: "a" }];
            ingest::<Keyed<'_>>(&mut client).batches(|_| [Batch::new(first)]).await.unwrap();
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["connections::kill::child", "--exact"]).env(URL, database.url());
        if keyed {
            command.env(KEYED, "");
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Two of its connections are copying.
        let copying = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'COPY %' AND state = 'active'";
        while database.row(copying).await != "2" {
            assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        while database.row(copying).await != "0" {
            tokio::task::yield_now().await;
        }
        let left = database.rows(super::PARTS).await;
        assert_eq!(left.len(), usize::from(!merges), "{left:?}");
        if merges {
            assert_eq!(database.row("SELECT count(*) FROM keyed").await, "1");
            // As if it had been killed a moment later, when its staging table was committed.
            leave_behind(&database).await;
            let nothing: [Batch<pg_bulk_ingest::Iter<[Keyed<'_>; 0]>>; 0] = [];
            ingest::<Keyed<'_>>(&mut client).batches(|_| nothing).await.unwrap();
        } else if keyed {
            assert_eq!(database.row("SELECT to_regclass('keyed')").await, "∅");
            ingest::<Keyed<'_>>(&mut client)
                .connections(2, || further(&database))
                .batches(|_| [Batch::new(super::rows(&text))])
                .await
                .unwrap();
            assert_eq!(database.row("SELECT count(*) FROM keyed").await, "6000");
        } else {
            assert_eq!(database.row("SELECT to_regclass('plain')").await, "∅");
            ingest::<Plain<'_>>(&mut client)
                .connections(2, || further(&database))
                .batches(|_| [Batch::new(super::rows(&text).map(Keyed::plain))])
                .await
                .unwrap();
            assert_eq!(database.row("SELECT count(*) FROM plain").await, "6000");
        }
        assert_eq!(database.rows(super::PARTS).await, [""; 0]);
    }
}

/// A table by the name that those for the rows of `keyed` have, which is that of those of an
/// unfinished load.
async fn leave_behind(database: &Database) {
    let mut client = database.connect().await;
    let text = text();
    let mut session = ingest::<Keyed<'_>>(&mut client)
        .connections(2, || further(database))
        .start::<i32>()
        .await
        .unwrap();
    let mut batch = session.batch().await.unwrap();
    batch.write_all(super::rows(&text)).await.unwrap();
    // It is seen only by its lock until it is committed; its name is in the text of its COPY.
    let copy = "SELECT substring(query FROM 'pg_bulk_ingest_[0-9a-f]*_[0-9]*')
        FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'COPY \"public\".\"pg%'";
    let name = database.row(copy).await;
    drop(batch);
    drop(session);
    while !database.rows(copy).await.is_empty() {
        tokio::task::yield_now().await;
    }
    database.execute(&format!("CREATE UNLOGGED TABLE {name} (id int)")).await;
}
