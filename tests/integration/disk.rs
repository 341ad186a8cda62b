//! A disk that is full: a tablespace of a few megabytes. It is mounted, which only root may; where
//! others run the tests, the limit of temporary files in `adversity.rs` is what there is.

use local_postgres::LocalPostgres;
use pg_bulk_ingest::{Batch, Delete, IngestTable, Upsert};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;
use tests::ingest;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

/// A small file system, until it is dropped.
struct Small(PathBuf);

impl Small {
    fn mount(owner: u32) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("small_disk_{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let small = Self(folder);
        let options = format!("size=4m,mode=0700,uid={owner}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "small"]).arg(&small.0);
        mount.output().is_ok_and(|output| output.status.success()).then_some(small)
    }
}

impl Small {
    fn grow(&self) {
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-o", "remount,size=32m"]).arg(&self.0).status();
        assert!(mounted.unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Also while a server still has files there, after a test that failed.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_is_full_is_an_error_and_nothing_is_left() {
    let server = LocalPostgres::builder().ignore_database_url().start().unwrap();
    let owner = std::fs::metadata(server.data_dir().unwrap()).unwrap().uid();
    let Some(small) = Small::mount(owner) else { return };
    let mut client = tests::connect(&server.url("postgres")).await;
    tests::prepare(&client).await;
    let space = small.0.to_str().unwrap();
    client.batch_execute(&format!("CREATE TABLESPACE small LOCATION '{space}'")).await.unwrap();
    let settings = "SET default_tablespace = small; SET temp_tablespaces = small";
    client.batch_execute(settings).await.unwrap();
    let rows =
        |first, count| (first..first + count).map(|id| Row { id, value: "some text ".repeat(20) });
    let few = || [Batch::new(rows(1, 2)).high_watermark(1)];
    ingest::<Row>(&mut client).batches(|_: Option<i32>| few()).await.unwrap();
    // What is only added leaves its pages behind, which a VACUUM frees: that is the last.
    for (upsert, delete) in [
        (Upsert::IfPrimaryKey, Delete::BeforeFirstBatch),
        (Upsert::IfPrimaryKey, Delete::Off),
        (Upsert::Off, Delete::Off),
    ] {
        let ingest = ingest::<Row>(&mut client).upsert(upsert).delete(delete);
        let batches = |_: Option<i32>| [Batch::new(rows(10, 100_000)).high_watermark(2)];
        let error = ingest.batches(batches).await.unwrap_err();
        let expected = r#"cannot write a row: "public"."t", batch 1"#;
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.code().unwrap().code(), "53100", "{error:?}");
        let state = "SELECT (SELECT string_agg(id::text, ',') FROM t),
            harness.high_watermark('t'::regclass),
            (SELECT count(*) FROM pg_class WHERE relname LIKE '%bulk_ingest%')";
        let expected = ["1,2|1|0"];
        assert_eq!(tests::rows(&client, state).await, expected, "{upsert:?}, {delete:?}");
    }
    // Where there is room again, it goes on.
    small.grow();
    let more = |_: Option<i32>| [Batch::new(rows(3, 2)).high_watermark(2)];
    ingest::<Row>(&mut client).batches(more).await.unwrap();
    assert_eq!(tests::rows(&client, "SELECT count(*) FROM t").await, ["4"]);
    // The server must have no file there when it is unmounted.
    client.batch_execute("DROP TABLE t").await.unwrap();
    client.batch_execute("DROP TABLESPACE small").await.unwrap();
    drop(client);
    drop(server);
}
