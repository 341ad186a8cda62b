//! A type that is not built in is looked up when an ingest starts: whether its columns can hold the
//! Rust type, and how its values are written.

use super::pg_text::{Cells, PgText};
use super::read_back::ReadBack;
use super::strategy::text;
use pg_bulk_ingest::{Batch, Error, ErrorKind, IngestTable};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tests::{Database, ingest};
use tokio_postgres::Client;

const TYPES: &str = "
    CREATE TYPE pair AS (a integer, b integer);
    CREATE DOMAIN tags AS text[];
    CREATE DOMAIN small_positive AS positive CHECK (VALUE < 100);
    CREATE DOMAIN document AS jsonb;
";

macro_rules! one_column {
    ($name:ident: $rust:ty as $sql_type:literal) => {
        #[derive(IngestTable)]
        #[ingest(table = "t")]
        struct $name {
            #[ingest(sql_type = $sql_type)]
            value: $rust,
        }
    };
}

one_column!(TextAsPositive: String as "positive");
one_column!(OptionAsPositive: Option<&'static str> as "public.positive");
one_column!(BigintAsPositive: i64 as "small_positive");
one_column!(IntegerAsMood: i32 as "mood");
one_column!(TextAsPair: String as "pair");
one_column!(TextAsTags: String as "tags");
one_column!(TextsAsMood: Vec<String> as "mood");
one_column!(IntegersAsMoods: Vec<i32> as "mood[]");
one_column!(TextAsDocument: String as "document");
one_column!(BytesAsCitext: Vec<u8> as "citext");

async fn error_of<R>(client: &mut Client, row: R) -> Error
where
    R: IngestTable + pg_bulk_ingest::RowOf<R> + Send,
{
    let ingest = ingest::<R>(client);
    ingest.batches(|_| [Batch::new([row])]).await.unwrap_err()
}

#[tokio::test]
async fn a_column_that_cannot_hold_the_rust_type_is_refused() {
    let database = Database::new().await;
    database.execute(TYPES).await;
    let client = &mut database.connect().await;
    let text = String::new;
    for (error, found, rust) in [
        (error_of(client, TextAsPositive { value: text() }).await, "positive", "String"),
        (
            error_of(client, OptionAsPositive { value: None }).await,
            "positive",
            "Option<&'static str>",
        ),
        (error_of(client, BigintAsPositive { value: 1 }).await, "small_positive", "i64"),
        (error_of(client, IntegerAsMood { value: 1 }).await, "mood", "i32"),
        (error_of(client, TextAsPair { value: text() }).await, "pair", "String"),
        (error_of(client, TextAsTags { value: text() }).await, "tags", "String"),
        (error_of(client, TextsAsMood { value: vec![] }).await, "mood", "Vec<String>"),
        (error_of(client, IntegersAsMoods { value: vec![] }).await, "mood[]", "Vec<i32>"),
        (error_of(client, TextAsDocument { value: text() }).await, "document", "String"),
        (error_of(client, BytesAsCitext { value: vec![] }).await, "citext", "Vec<u8>"),
    ] {
        assert_eq!(
            error.to_string(),
            format!(
                r#"cannot write into the table: "public"."t", batch 1: column "value" is of type public.{found}, which cannot hold the Rust type {rust} of field value"#
            )
        );
        assert!(matches!(error.kind(), ErrorKind::Definition { .. }), "{error:?}");
    }
    let tables = database.rows("SELECT relname FROM pg_class WHERE relname = 't'").await;
    assert_eq!(tables, [""; 0]);
}

#[tokio::test]
async fn a_live_column_that_cannot_hold_the_rust_type_is_refused_before_any_row() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (value positive NOT NULL); INSERT INTO t VALUES (1)").await;
    let mut client = database.connect().await;
    let mut asked = false;
    let error = ingest::<TextAsPositive>(&mut client)
        .batches(|_| {
            asked = true;
            [Batch::new([TextAsPositive { value: "1".to_owned() }])]
        })
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write into the table: "public"."t": column "value" is of type public.positive, which cannot hold the Rust type String of field value"#
    );
    assert!(!asked);
    assert_eq!(database.rows("SELECT value FROM t").await, ["1"]);
}

/// Rows with a key, which go through a staging table, of types whose OIDs are looked up.
#[derive(IngestTable, Debug)]
struct Keyed {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "mood")]
    mood: &'static str,
    #[ingest(sql_type = "mood[]")]
    moods: Vec<Vec<Option<&'static str>>>,
    #[ingest(sql_type = "citext[]")]
    texts: Vec<String>,
    #[ingest(sql_type = "small_positive")]
    number: i32,
    #[ingest(sql_type = "tags")]
    tags: Vec<Option<String>>,
    #[ingest(sql_type = "document")]
    document: serde_json::Value,
    #[ingest(json, sql_type = "json")]
    json: (i32, String),
}

impl Cells for Keyed {
    fn cells(&self) -> Vec<Option<String>> {
        let (number, text) = &self.json;
        vec![
            self.mood.pg_text(),
            self.moods.pg_text(),
            self.texts.pg_text(),
            self.number.pg_text(),
            self.tags.pg_text(),
            self.document.pg_text(),
            serde_json::json!([number, text]).pg_text(),
        ]
    }
}

/// An array of a domain, with a key.
#[derive(IngestTable, Debug)]
struct Texts {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "short_text[]")]
    texts: Vec<String>,
}

impl Cells for Texts {
    fn cells(&self) -> Vec<Option<String>> {
        vec![self.texts.pg_text()]
    }
}

#[test]
fn arrays_of_a_domain_read_back_equal_from_rows_with_a_key() {
    let server = ReadBack::new();
    // Before 11 there are none: see `every_shape_of_domain`.
    if tests::version() < 11 {
        let refused = server.check::<Texts>("t", &[]).unwrap_err().to_string();
        assert!(refused.contains(r#"type "short_text[]" does not exist"#), "{refused}");
        return;
    }
    server.property(vec(vec(text(8), 0..4), 1..150), |server, rows| {
        let rows = (0..).zip(rows).map(|(id, texts)| Texts { id, texts });
        server.check("t", &rows.collect::<Vec<_>>())
    });
}

#[test]
fn values_of_looked_up_types_read_back_equal_from_rows_with_a_key() {
    let mood = || select(vec!["sad", "ok", "happy"]);
    let row = (
        (mood(), super::strategy::grid(proptest::option::of(mood()).boxed())),
        vec(text(8), 0..4),
        1..100,
        vec(proptest::option::of(text(8)), 0..4),
        (any::<i32>(), text(8)),
    );
    let row = row.prop_map(|((mood, moods), texts, number, tags, json)| {
        let document = serde_json::json!({"text": json.1, "texts": texts});
        Keyed { id: 0, mood, moods, texts, number, tags, document, json }
    });
    let server = ReadBack::new();
    server.execute(TYPES);
    server.property(vec(row, 1..150), |server, rows| {
        let rows = (0..).zip(rows).map(|(id, row)| Keyed { id, ..row });
        server.check("t", &rows.collect::<Vec<_>>())
    });
}
