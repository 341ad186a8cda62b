//! Keys of several columns, and keys with NULLs; what stays when a row is merged.

use pg_bulk_ingest::{Batch, ErrorKind, Filled, IngestTable, Upsert};
use tests::{Database, ingest, version};

#[derive(IngestTable, Clone)]
#[ingest(table = "t", merge_on(code, shop), unique(shop, code, nulls_not_distinct))]
struct Article {
    #[ingest(primary_key, identity)]
    id: Filled<i64>,
    shop: Option<i32>,
    code: Option<String>,
    name: String,
}

fn article(shop: Option<i32>, code: Option<i32>, name: &str) -> Article {
    let code = code.map(|code| code.to_string());
    Article { id: Filled, shop, code, name: name.to_owned() }
}

#[tokio::test]
async fn nulls_are_equal_where_the_constraint_says_so() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let mut rows = Vec::new();
    for name in ["first", "last"] {
        rows.extend(
            [None, Some(1), Some(2)]
                .into_iter()
                .flat_map(|shop| [None, Some(1)].map(|code| article(shop, code, name))),
        );
    }
    let first = ingest::<Article>(&mut client).batches(|_| [Batch::new(&rows)]).await;
    if version() < 15 {
        let error = first.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
        return;
    }
    assert_eq!(first.unwrap().tables[0].inserted, 6);
    let counts = "SELECT count(*), count(DISTINCT (shop, code)), min(name), max(name),
        (SELECT last_value FROM t_id_seq) FROM t";
    assert_eq!(database.row(counts).await, "6|6|last|last|6");
    let report = ingest::<Article>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!((report.tables[0].inserted, report.tables[0].unchanged), (0, 6));
    // Enough for a join, a sample and an index of the keys; then few beside many.
    let many = |name: &str| {
        let all =
            (0..12_000).map(|n| article((n % 2 == 0).then_some(n), (n % 3 > 0).then_some(n), name));
        all.collect::<Vec<_>>()
    };
    for (name, len, updated) in [("a", 12_000, 10_000), ("b", 12_000, 10_000), ("c", 12, 10)] {
        let rows = many(name)[..len].to_vec();
        let report = ingest::<Article>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
        let written = report.tables[0].inserted + report.tables[0].updated;
        // A sixth has neither: one row.
        assert_eq!(written, updated + 1, "{name}");
        let all = "SELECT count(*) = count(DISTINCT (shop, code)) AND count(*) =
            (SELECT last_value FROM t_id_seq) FROM t";
        assert_eq!(database.row(all).await, "t", "{name}");
    }
    let report = ingest::<Article>(&mut client)
        .upsert(Upsert::KeepExisting)
        .batches(|_| [Batch::new([article(None, None, "x"), article(Some(-1), None, "x")])])
        .await
        .unwrap();
    assert_eq!((report.tables[0].inserted, report.tables[0].existing), (1, 1));
}

#[tokio::test]
async fn a_primary_key_that_rows_come_with_stays_as_it_is() {
    #[derive(IngestTable)]
    #[ingest(table = "t", merge_on(email), newest_by(version))]
    struct Person {
        #[ingest(primary_key)]
        id: i64,
        #[ingest(unique)]
        email: &'static str,
        version: i32,
        #[ingest(on_update = "keep")]
        first: &'static str,
        name: &'static str,
    }
    let row = |id, email, version, name| Person { id, email, version, first: name, name };
    let database = Database::new().await;
    let mut client = database.connect().await;
    let rows = [row(1, "a", 1, "A"), row(2, "a", 3, "C"), row(3, "a", 2, "B"), row(4, "b", 1, "B")];
    ingest::<Person>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let all = "SELECT * FROM t ORDER BY id";
    assert_eq!(database.rows(all).await, ["1|a|3|A|C", "4|b|1|B|B"]);
    let rows =
        [row(8, "b", 2, "D"), row(9, "a", 2, "D"), row(10, "c", 1, "C"), row(11, "b", 2, "D")];
    let report = ingest::<Person>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    let table = &report.tables[0];
    assert_eq!([table.inserted, table.updated, table.unchanged, table.stale], [1, 1, 0, 1]);
    assert_eq!(database.rows(all).await, ["1|a|3|A|C", "4|b|2|B|D", "10|c|1|C|C"]);
    // Another row's key.
    let error =
        ingest::<Person>(&mut client).batches(|_| [Batch::new([row(4, "e", 1, "E")])]).await;
    assert_eq!(
        error.unwrap_err().code().map(|code| code.code().to_owned()),
        Some("23505".to_owned())
    );
}
