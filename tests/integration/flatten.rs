//! A struct within a struct: its columns are the table's.

use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Table};
use std::borrow::Cow;
use tests::{Database, ingest};

#[derive(IngestTable)]
struct Place {
    lat: f64,
    lon: Option<f64>,
}

/// With an index of its own, which is not the outer table's.
#[derive(IngestTable)]
#[ingest(rename_all = "camelCase", index(post_code))]
struct Address<'a, T> {
    street: &'a str,
    post_code: T,
    #[ingest(flatten, prefix = "at_")]
    place: Place,
}

#[derive(IngestTable)]
#[ingest(table = "t", primary_key(shipping.post_code, id), unique(shipping.place.lat, last))]
#[ingest(index(on(billing.place.lat desc, shipping.street)))]
struct Order<'a, 'b, T> {
    id: i32,
    #[ingest(flatten, prefix = "shipping_")]
    shipping: &'b Address<'a, T>,
    tags: Vec<Cow<'b, str>>,
    #[ingest(flatten)]
    billing: Address<'b, Option<String>>,
    #[ingest(json)]
    raw: Option<serde_json::Value>,
    #[ingest(skip)]
    _skipped: (),
    last: i64,
}

fn names(table: &Table) -> Vec<(&str, &str)> {
    table.columns().iter().map(|column| (column.name(), column.field())).collect()
}

#[test]
fn the_columns_are_in_place_with_their_prefix() {
    let table = <Order<'_, '_, i32>>::TABLE;
    assert_eq!(
        names(table),
        [
            ("id", "id"),
            ("shipping_street", "shipping.street"),
            ("shipping_postCode", "shipping.post_code"),
            ("shipping_at_lat", "shipping.place.lat"),
            ("shipping_at_lon", "shipping.place.lon"),
            ("tags", "tags"),
            ("street", "billing.street"),
            ("postCode", "billing.post_code"),
            ("at_lat", "billing.place.lat"),
            ("at_lon", "billing.place.lon"),
            ("raw", "raw"),
            ("last", "last"),
        ]
    );
    assert_eq!(table.primary_key(), [2, 0]);
    assert_eq!(table.indexes()[0].columns(), [3, 11]);
    assert_eq!(table.indexes()[1].columns(), [8, 1]);
    assert_eq!(table.indexes().len(), 2);
    assert!(table.columns()[7].is_nullable() && !table.columns()[2].is_nullable());
    assert_eq!(<Order<'_, '_, String>>::TABLE.columns()[2].sql_type(), "text");
}

#[test]
fn an_index_includes_a_column_by_its_path() {
    #[derive(IngestTable)]
    #[ingest(index(id, include(place.lon)))]
    struct Row {
        id: i32,
        #[ingest(flatten, prefix = "at_")]
        place: Place,
    }
    assert_eq!(Row::TABLE.indexes()[0].include(), [2]);
}

#[tokio::test]
async fn rows_of_all_ways_reach_their_columns() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let street = String::from("Other Street");
    let address =
        |lat| Address { street: "Street", post_code: 7_i32, place: Place { lat, lon: None } };
    let one = address(1.5);
    let row = |id, shipping, last| Order {
        id,
        shipping,
        tags: vec!["a".into()],
        billing: Address {
            street: &street,
            post_code: Some("P".to_owned()),
            place: Place { lat: 2.5, lon: Some(3.5) },
        },
        raw: None,
        _skipped: (),
        last,
    };
    for (delete, last) in [(Delete::Off, 1), (Delete::Off, 2), (Delete::BeforeFirstBatch, 3)] {
        let rows = [row(1, &one, 0), row(1, &one, last)];
        let ingest = ingest::<Order<'_, '_, i32>>(&mut client).delete(delete);
        let report = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
        assert_eq!(report.migrated.is_empty(), last > 1);
        assert_eq!(
            database.row("SELECT * FROM t").await,
            format!("1|Street|7|1.5|∅|{{a}}|Other Street|P|2.5|3.5|∅|{last}")
        );
    }
    let bad = Address { street: "\0", post_code: 7, place: Place { lat: 0.0, lon: None } };
    let rows = [row(2, &bad, 0)];
    let ingest = ingest::<Order<'_, '_, i32>>(&mut client);
    let error = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Value { .. }));
    assert_eq!(error.column(), Some("shipping_street"));
}

/// Nested to three levels: the column of an error is counted through all of them.
#[tokio::test]
async fn an_error_names_the_column_of_the_outermost_table() {
    #[derive(IngestTable)]
    struct Inner {
        fine: i32,
        text: String,
    }
    #[derive(IngestTable)]
    struct Middle {
        fine: i32,
        #[ingest(flatten, prefix = "inner_")]
        inner: Inner,
    }
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Outer {
        #[ingest(flatten, prefix = "middle_")]
        middle: Middle,
        fine: i32,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |text: &str| {
        let inner = Inner { fine: 2, text: text.to_owned() };
        Outer { middle: Middle { fine: 1, inner }, fine: 3 }
    };
    let rows = [row("a"), row("a\0")];
    let error = ingest::<Outer>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(2), Some("middle_inner_text")));
    ingest::<Outer>(&mut client).batches(|_| [Batch::new(&rows[..1])]).await.unwrap();
    assert_eq!(database.row("SELECT * FROM t").await, "1|2|a|3");
}

macro_rules! wide {
    ($name:ident: $($field:ident)*) => {
        #[derive(IngestTable)]
        struct $name { $($field: i16),* }
    };
}

wide!(Ten: a b c d e f g h i j);

#[derive(IngestTable)]
struct Hundred {
    #[ingest(flatten, prefix = "p0_")]
    p0: Ten,
    #[ingest(flatten, prefix = "p1_")]
    p1: Ten,
    #[ingest(flatten, prefix = "p2_")]
    p2: Ten,
    #[ingest(flatten, prefix = "p3_")]
    p3: Ten,
    #[ingest(flatten, prefix = "p4_")]
    p4: Ten,
    #[ingest(flatten, prefix = "p5_")]
    p5: Ten,
    #[ingest(flatten, prefix = "p6_")]
    p6: Ten,
    #[ingest(flatten, prefix = "p7_")]
    p7: Ten,
    #[ingest(flatten, prefix = "p8_")]
    p8: Ten,
    #[ingest(flatten, prefix = "p9_")]
    p9: Ten,
}

#[derive(IngestTable)]
struct Sixteen {
    #[ingest(flatten, prefix = "h00_")]
    h00: Hundred,
    #[ingest(flatten, prefix = "h01_")]
    h01: Hundred,
    #[ingest(flatten, prefix = "h02_")]
    h02: Hundred,
    #[ingest(flatten, prefix = "h03_")]
    h03: Hundred,
    #[ingest(flatten, prefix = "h04_")]
    h04: Hundred,
    #[ingest(flatten, prefix = "h05_")]
    h05: Hundred,
    #[ingest(flatten, prefix = "h06_")]
    h06: Hundred,
    #[ingest(flatten, prefix = "h07_")]
    h07: Hundred,
    #[ingest(flatten, prefix = "h08_")]
    h08: Hundred,
    #[ingest(flatten, prefix = "h09_")]
    h09: Hundred,
    #[ingest(flatten, prefix = "h10_")]
    h10: Hundred,
    #[ingest(flatten, prefix = "h11_")]
    h11: Hundred,
    #[ingest(flatten, prefix = "h12_")]
    h12: Hundred,
    #[ingest(flatten, prefix = "h13_")]
    h13: Hundred,
    #[ingest(flatten, prefix = "h14_")]
    h14: Hundred,
    #[ingest(flatten, prefix = "h15_")]
    h15: Hundred,
}

#[test]
fn a_table_can_have_1600_columns_by_way_of_flattened_structs() {
    let columns = Sixteen::TABLE.columns();
    assert_eq!(columns.len(), 1600);
    assert_eq!((columns[0].name(), columns[0].field()), ("h00_p0_a", "h00.p0.a"));
    assert_eq!((columns[1599].name(), columns[1599].field()), ("h15_p9_j", "h15.p9.j"));
    assert_eq!(Hundred::TABLE.columns()[99].name(), "p9_j");
}
