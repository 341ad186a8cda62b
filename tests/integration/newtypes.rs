//! Structs with one field as columns.

use pg_bulk_ingest::{Batch, IngestColumn, IngestTable};
use std::marker::PhantomData;
use tests::{Database, ingest};

#[derive(IngestColumn)]
struct Id<T>(i32, #[ingest(skip)] PhantomData<T>);

#[derive(IngestColumn)]
struct Text<'a> {
    text: &'a str,
}

#[derive(IngestColumn)]
struct Maybe<T>(Option<T>);

#[derive(IngestColumn)]
struct Line([i32; 2]);

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<'a> {
    #[ingest(primary_key)]
    id: Id<Row<'static>>,
    #[ingest(sql_type = "varchar(8)")]
    text: Text<'a>,
    maybe: Maybe<Text<'a>>,
    texts: Vec<Maybe<Text<'a>>>,
    lines: Vec<Line>,
}

#[tokio::test]
async fn they_are_stored_as_their_fields_are() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let (text, other) = (String::from("a"), String::from("b"));
    let row = |id, lines| Row {
        id: Id(id, PhantomData),
        text: Text { text: &text },
        maybe: Maybe((id == 1).then_some(Text { text: &other })),
        texts: vec![Maybe(Some(Text { text: &other })), Maybe(None)],
        lines,
    };
    let rows = [row(1, vec![Line([1, 2]), Line([3, 4])]), row(2, vec![]), row(2, vec![])];
    ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(
        database.rows("SELECT * FROM t ORDER BY id").await,
        ["1|a|b|{b,NULL}|{{1,2},{3,4}}", "2|a|∅|{b,NULL}|{}"]
    );
    let bad = [Row { text: Text { text: "\0" }, ..row(3, vec![]) }];
    let error = ingest::<Row<'_>>(&mut client).batches(|_| [Batch::new(&bad)]).await.unwrap_err();
    assert_eq!(error.column(), Some("text"));
}
