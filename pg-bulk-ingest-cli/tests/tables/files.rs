//! Structs of data files.

use crate::generated::files::{Events, Orders2024};
use crate::{compared, file, printed, program};
use pg_bulk_ingest::ingest;
use tests::Database;

/// What is printed of a file of `files`, without its first lines.
fn fields(name: &str) -> Vec<String> {
    let path = file("files").join(name);
    let text = printed(&["struct", path.to_str().unwrap()]);
    let lines = text.lines().skip_while(|line| !line.starts_with("pub struct"));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_csv_file_has_the_narrowest_types() {
    assert_eq!(
        fields("orders 2024.csv"),
        [
            "pub struct Orders2024 {",
            "pub order_id: i32,",
            "pub customer: String,",
            "pub placed_at: chrono::DateTime<chrono::Utc>,",
            "pub shipped: Option<chrono::NaiveDate>,",
            "pub total: f64,",
            "pub paid: bool,",
            "pub postal_code: String,",
            "pub r#type: Option<String>,",
            "pub column: uuid::Uuid,",
            "}"
        ]
    );
}

#[test]
fn a_file_of_json_objects_has_the_narrowest_types() {
    assert_eq!(
        fields("events.ndjson"),
        [
            "pub struct Events {",
            "pub id: i64,",
            "pub at: chrono::NaiveDateTime,",
            "pub tags: Vec<String>,",
            "pub payload: serde_json::Value,",
            "pub score: Option<f64>,",
            "pub mixed: serde_json::Value,",
            "pub user_name: Option<String>,",
            "}"
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_line() {
    let folder = std::env::temp_dir().join(format!("struct-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text, named) in [
        ("a.csv", "a,b\n1,2\n3\n", "line: 3"),
        ("b.ndjson", "{\"a\": 1}\n[1]\n", "line 2: "),
        ("c.jsonl", "{\"a\": 1}\n{\n", "line 2: "),
        ("d.csv", "", "there are no columns"),
        ("e.txt", "", "known by their endings"),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        let output = program(&["struct", path.to_str().unwrap()]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(message.contains(named) && message.contains(name), "{message}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn structs_of_files_make_tables() {
    let paths = ["orders 2024.csv", "events.ndjson"].map(|name| file("files").join(name));
    let arguments = ["struct", paths[0].to_str().unwrap(), paths[1].to_str().unwrap()];
    compared("files.rs", &printed(&arguments));
    let path = file("printed/files.rs");
    let check = ["struct", "--check", path.to_str().unwrap(), arguments[1], arguments[2]];
    assert_eq!(printed(&check), "");
    let database = Database::new().await;
    let mut client = database.connect().await;
    Box::pin(ingest::<Orders2024>(&mut client).migrate()).await.unwrap();
    Box::pin(ingest::<Events>(&mut client).migrate()).await.unwrap();
    let tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                  AND relkind = 'r' ORDER BY relname";
    assert_eq!(database.rows(tables).await, ["events", "orders_2024"]);
}
