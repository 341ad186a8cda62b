//! The example of five tables.

use bytes::Bytes;
use flate2::read::GzDecoder;
use futures_util::SinkExt;
use indicatif::ProgressBar;
use pg_bulk_ingest::{ErrorKind, NoWatermark, Report};
use std::fs::File;
use std::io::Read;
use std::iter::once;
use std::path::Path;
use std::pin::pin;
use tests::{Database, ingest, rows};
use tokio_postgres::Client;

#[path = "../../examples/nycflights13.rs"]
#[allow(dead_code, clippy::duplicate_mod, reason = "it is a program, and shares its modules")]
mod example;

use example::{NycFlights, nyc::csv_file};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data");
const TABLES: [&str; 5] = ["airlines", "airports", "planes", "weather", "flights"];

fn all_rows() -> impl Iterator<Item = csv::Result<NycFlights>> + Send {
    example::rows(Path::new(DATA), &ProgressBar::hidden()).unwrap()
}

async fn load(client: &mut Client) -> Report<NoWatermark> {
    ingest::<NycFlights>(client).rows(|_| all_rows(), |_| NoWatermark).await.unwrap()
}

#[tokio::test]
async fn what_is_loaded_is_what_the_server_makes_of_the_files() {
    let database = Database::new().await;
    load(&mut database.connect().await).await;
    let server = database.connect().await;
    for table in TABLES {
        let text = text(table);
        let header = text.lines().next().unwrap();
        let raw = format!("CREATE TEMP TABLE raw ({} text)", header.replace(',', " text, "));
        server.batch_execute(&raw).await.unwrap();
        copy(&server, "COPY raw FROM STDIN (FORMAT csv, HEADER, NULL 'NA')", &text).await;

        let columns = format!(
            "SELECT string_agg(attname, ',' ORDER BY attnum),
                    string_agg(format('%I::%s', attname, format_type(atttypid, atttypmod)),
                               ', ' ORDER BY attnum)
             FROM pg_attribute
             WHERE attrelid = 'nycflights13.{table}'::regclass AND attnum > 0"
        );
        let columns = rows(&server, &columns).await.remove(0);
        let (names, casts) = columns.split_once('|').unwrap();
        assert_eq!(names, header, "{table}");

        let (ours, servers) =
            (format!("TABLE nycflights13.{table}"), format!("SELECT {casts} FROM raw"));
        let only_ours = rows(&server, &format!("{ours} EXCEPT ALL {servers}")).await;
        assert_eq!(only_ours, [""; 0], "{table}");
        let only_servers = rows(&server, &format!("{servers} EXCEPT ALL {ours}")).await;
        assert_eq!(only_servers, [""; 0], "{table}");
        let count = format!("SELECT count(*) FROM ({ours}) rows");
        assert_eq!(rows(&server, &count).await, [(text.lines().count() - 1).to_string()]);
        server.batch_execute("DROP TABLE raw").await.unwrap();
    }
}

#[tokio::test]
async fn a_second_run_finds_all_rows_unchanged() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    load(&mut client).await;
    let tables = "SELECT oid, xmin, relname, relfilenode FROM pg_class
                  WHERE relnamespace = 'nycflights13'::regnamespace ORDER BY oid";
    let before = database.rows(tables).await;

    let second = load(&mut client).await;
    assert!(second.migrated.is_empty());
    assert!(second.tables.iter().all(|table| table.unchanged == table.received));
    assert_eq!(second.rows, second.tables.iter().map(|table| table.received).sum::<u64>());
    assert_eq!(database.rows(tables).await, before);
}

#[tokio::test]
async fn an_error_after_the_last_row_leaves_none_of_the_tables() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let end = || once(Err(csv::Error::from(std::io::Error::other("the disk is gone"))));
    let rows = all_rows().chain(end());
    let error =
        ingest::<NycFlights>(&mut client).rows(|_| rows, |_| NoWatermark).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source), "{error:?}");
    let tables = "SELECT count(*) FROM pg_class WHERE relname IN
                  ('airlines', 'airports', 'planes', 'weather', 'flights')";
    assert_eq!(database.row(tables).await, "0");

    load(&mut client).await;
    assert_eq!(database.row(tables).await, "5");
}

/// The text of the file of a table.
fn text(table: &str) -> String {
    let path = csv_file::in_folder(Path::new(DATA), table);
    let mut file = File::open(&path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        file.read_to_string(&mut text).unwrap();
    }
    text
}

/// Sends text to the server.
async fn copy(client: &Client, sql: &str, text: &str) {
    let mut sink = pin!(client.copy_in::<_, Bytes>(sql).await.unwrap());
    sink.send(Bytes::copy_from_slice(text.as_bytes())).await.unwrap();
    sink.finish().await.unwrap();
}
