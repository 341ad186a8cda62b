//! `hstore`, of the extension of that name.

use super::pg_text::{Cells, PgText, quoted};
use super::read_back::ReadBack;
use super::shape::{OwnType, alone, shapes};
use super::strategy::text;
use pg_bulk_ingest::{Batch, IngestTable};
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use tests::{Database, ingest};

type Map = BTreeMap<String, Option<String>>;

shapes!(AsTags, "tags", "tags[]");
alone!(AsTagsAlone, "tags");

fn hstore<'a>(pairs: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let value = |value: Option<&str>| value.map_or("NULL".to_owned(), quoted);
    let pairs = pairs.map(|(key, text)| format!("{}=>{}", quoted(key), value(text)));
    pairs.collect::<Vec<_>>().join(",")
}

impl PgText for Map {
    fn pg_text(&self) -> Option<String> {
        Some(hstore(self.iter().map(|(key, value)| (key.as_str(), value.as_deref()))))
    }
}

fn maps() -> BoxedStrategy<Map> {
    btree_map(text(8), option::of(text(8)), 0..6).boxed()
}

fn server() -> ReadBack {
    let server = ReadBack::new();
    server.execute("CREATE EXTENSION hstore; CREATE DOMAIN tags AS hstore");
    server
}

#[test]
fn maps_read_back_equal() {
    let server = server();
    server.every_shape::<OwnType<_>, Map>("own", "hstore", maps());
    server.every_shape_of_domain::<AsTags<_>, AsTagsAlone<_>, Map>("domain", "tags", maps());
}

/// Every kind of map, key and value.
#[derive(IngestTable)]
struct Maps<'a> {
    id: i32,
    borrowed: BTreeMap<&'a str, Option<&'a str>>,
    cow: BTreeMap<Cow<'a, str>, Option<Cow<'a, str>>>,
    hash: HashMap<String, Option<String>>,
    not_null: BTreeMap<String, String>,
    not_null_borrowed: HashMap<&'a str, &'a str>,
    behind: Option<&'a Map>,
    list: Vec<&'a Map>,
}

impl Cells for Maps<'_> {
    fn cells(&self) -> Vec<Option<String>> {
        let map = self.behind.unwrap();
        let (all, list) = (map.pg_text(), vec![map.clone()].pg_text());
        let texts = self.not_null.iter().map(|(key, value)| (key.as_str(), Some(value.as_str())));
        let texts = Some(hstore(texts));
        vec![all.clone(), all.clone(), all.clone(), texts.clone(), texts, all, list]
    }
}

#[test]
fn every_kind_of_map_reads_back_equal() {
    let server = server();
    server.property(proptest::collection::vec(maps(), 1..100), |server, maps| {
        let rows = (0..).zip(&maps).map(|(id, map)| {
            let pairs = || map.iter().map(|(key, value)| (key.as_str(), value.as_deref()));
            let texts = || pairs().filter_map(|(key, value)| value.map(|value| (key, value)));
            let owned = texts().map(|(key, value)| (key.to_owned(), value.to_owned()));
            Maps {
                id,
                borrowed: pairs().collect(),
                cow: pairs().map(|(k, v)| (Cow::Borrowed(k), v.map(Cow::Borrowed))).collect(),
                hash: map.clone().into_iter().collect(),
                not_null: owned.collect(),
                not_null_borrowed: texts().collect(),
                behind: Some(map),
                list: vec![map],
            }
        });
        server.check("t", &rows.collect::<Vec<_>>())
    });
}

#[derive(IngestTable, Clone)]
#[ingest(table = "t")]
struct Row {
    map: Map,
}

#[tokio::test]
async fn a_nul_character_is_refused() {
    let database = Database::new().await;
    database.execute("CREATE EXTENSION hstore").await;
    let mut client = database.connect().await;
    for (key, value) in [("a\0", Some("b")), ("a", Some("b\0")), ("\0", None)] {
        let map = BTreeMap::from([(key.to_owned(), value.map(str::to_owned))]);
        let rows = [Row { map }];
        let error = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"cannot write a row: "public"."t", batch 1, row 1, column "map": the value contains a NUL character, which PostgreSQL's text cannot hold"#
        );
    }
}

#[tokio::test]
async fn another_type_is_refused_before_any_row() {
    let database = Database::new().await;
    database.execute("CREATE TYPE hstore AS ENUM ('a')").await;
    let mut client = database.connect().await;
    let rows = [Row { map: Map::new() }];
    let error = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write into the table: "public"."t", batch 1: column "map" is of type public.hstore, which cannot hold the Rust type Map of field map"#
    );
}
