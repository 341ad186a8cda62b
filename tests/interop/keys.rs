//! Tables with a key, which both merge, and without one, to which both append.

use crate::look::{Look, comment};
use crate::python::Python;
use pg_bulk_ingest::{Batch, IngestTable, Upsert, ingest};
use serde_json::{Value, json};
use tests::Database;

/// A key of two columns, indexes of two kinds.
const SALE: &str = r#"
sale = table(
    "sale",
    sa.Column("region", sa.VARCHAR(4), primary_key=True),
    sa.Column("id", sa.BIGINT, primary_key=True),
    sa.Column("product", sa.TEXT, nullable=False),
    sa.Column("tags", pg.ARRAY(sa.TEXT)),
    sa.Index(None, "product"),
    sa.Index(None, "tags", postgresql_using="gin"),
)
"#;

#[derive(IngestTable)]
#[ingest(primary_key(region, id), index(product))]
struct Sale<'a> {
    #[ingest(sql_type = "varchar(4)")]
    region: &'a str,
    id: i64,
    product: &'a str,
    #[ingest(index(using = "gin"))]
    tags: Option<Vec<&'a str>>,
}

const SALES: &str = "SELECT region, id, product, tags FROM sale ORDER BY 1, 2";

fn sale<'a>(id: i64, product: &'a str) -> Sale<'a> {
    Sale { region: "EU", id, product, tags: Some(vec!["a"]) }
}

#[tokio::test]
async fn a_table_with_a_key_and_indexes_is_merged_by_both() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = r#"run((2, [(sale, ("EU", 1, "tea", ["a"])), (sale, ("EU", 2, "milk", None))]))"#;
    assert_eq!(python.ingest(&format!("{SALE}{script}")).await, Value::Null);
    let before = Look::at(&database, "sale").await;
    assert_eq!(before.indexes.len(), 3);

    // A row that is there already, one that is changed, and one that is new.
    let plan = ingest::<Sale<'_>>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let rows = [sale(1, "tea"), sale(2, "oat milk"), sale(3, "bread")];
    let batch = |after: Option<i64>| {
        assert_eq!(after, Some(2));
        [Batch::new(rows).high_watermark(3)]
    };
    let report = ingest::<Sale<'_>>(&mut client).batches(batch).await.unwrap();
    let table = &report.tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (1, 1, 1));
    assert_eq!(comment(&database, "sale").await, r#"{"pg-bulk-ingest": {"high-watermark": 3}}"#);

    let script = r#"run((4, [(sale, ("EU", 3, "rye", None)), (sale, ("UK", 3, "bread", []))]))"#;
    assert_eq!(python.ingest(&format!("{SALE}{script}")).await, json!(3));
    let rows = ["EU|1|tea|{a}", "EU|2|oat milk|{a}", "EU|3|rye|∅", "UK|3|bread|{}"];
    assert_eq!(database.rows(SALES).await, rows);

    let plan = ingest::<Sale<'_>>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(Look::at(&database, "sale").await, before);
}

/// A key of one integer is a `SERIAL` of `SQLAlchemy`, unless `autoincrement=False` is said.
#[tokio::test]
async fn a_key_that_counts_up_for_python_is_given_by_both() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        #[ingest(primary_key)]
        id: i32,
    }
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = r#"t = table("t", sa.Column("id", sa.INTEGER, primary_key=True))"#;
    python.ingest(&format!("{script}\nrun((1, [(t, (1,))]))")).await;
    let before = Look::at(&database, "t").await;
    let default = "SELECT column_default FROM information_schema.columns WHERE table_name = 't'";
    let counting = database.row(default).await;
    assert!(counting.starts_with("nextval("), "{counting}");
    let plan = ingest::<Row>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let batch = |_| [Batch::new([Row { id: 2 }]).high_watermark(2)];
    ingest::<Row>(&mut client).batches(batch).await.unwrap();
    assert_eq!(python.ingest(&format!("{script}\nrun((3, [(t, (3,))]))")).await, json!(2));
    assert_eq!(Look::at(&database, "t").await, before);
    assert_eq!(database.row(default).await, counting);
    assert_eq!(database.row("SELECT string_agg(id::text, ',' ORDER BY id) FROM t").await, "1,2,3");
}

#[derive(IngestTable)]
struct Event {
    at: i64,
    what: Option<String>,
}

fn event(at: i64) -> Event {
    Event { at, what: Some(format!("event {at}")) }
}

const EVENT: &str = r#"
event = table("event", sa.Column("at", sa.BIGINT, nullable=False), sa.Column("what", sa.TEXT))
"#;

#[tokio::test]
async fn a_table_without_a_key_is_appended_to_by_both() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let script = |at| format!(r#"{EVENT}run(({at}, [(event, ({at}, "event {at}"))]))"#);
    assert_eq!(python.ingest(&script(1)).await, Value::Null);
    let before = Look::at(&database, "event").await;
    for at in [2, 4] {
        let plan = ingest::<Event>(&mut client).plan().await.unwrap();
        assert!(plan.is_empty(), "{plan}");
        let batch = |after: Option<i64>| {
            assert_eq!(after, Some(at - 1));
            [Batch::new([event(at)]).high_watermark(at)]
        };
        ingest::<Event>(&mut client).batches(batch).await.unwrap();
        assert_eq!(python.ingest(&script(at + 1)).await, json!(at));
    }
    assert_eq!(Look::at(&database, "event").await, before);
    let rows = "SELECT count(*), count(DISTINCT at), count(*) FILTER (WHERE what = 'event ' || at)";
    assert_eq!(database.row(&format!("{rows} FROM event")).await, "5|5|5");
}

/// The table is made by this library, and the Python package finds it as its own would be.
#[tokio::test]
async fn python_carries_on_in_a_table_that_it_did_not_make() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    let batch = |_| [Batch::new([sale(1, "tea")]).high_watermark(1)];
    ingest::<Sale<'_>>(&mut client).batches(batch).await.unwrap();
    let before = Look::at(&database, "sale").await;
    let said = comment(&database, "sale").await;
    let script = r#"run((2, [(sale, ("EU", 2, "milk", None))]))"#;
    assert_eq!(python.ingest(&format!("{SALE}{script}")).await, json!(1));
    assert_eq!(Look::at(&database, "sale").await, before);
    let plan = ingest::<Sale<'_>>(&mut client).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    // What was made of the table is still known.
    let made = "SELECT obj_description('sale'::regclass)::json -> 'pg-bulk-ingest' -> 'made' ->> 'columns'";
    assert_eq!(database.row(made).await, r#"["id", "product", "region", "tags"]"#);
    assert_eq!(comment(&database, "sale").await, said.replace(": 1}", ": 2}"));
}

#[tokio::test]
async fn without_upsert_a_row_that_is_there_is_refused_by_both() {
    let database = Database::new().await;
    let Some(python) = Python::new(&database) else { return };
    let mut client = database.connect().await;
    python.ingest(&format!(r#"{SALE}run((1, [(sale, ("EU", 1, "tea", None))]))"#)).await;
    let batch = |_| [Batch::new([sale(1, "tea")]).high_watermark(2)];
    let ours = ingest::<Sale<'_>>(&mut client).upsert(Upsert::Off);
    assert!(ours.batches(batch).await.unwrap_err().to_string().contains("_pkey"));
    let script = r#"run((2, [(sale, ("EU", 1, "tea", None))]), upsert=Upsert.OFF)"#;
    assert!(python.fails(&format!("{SALE}{script}")).await.contains("UniqueViolation"));
    assert_eq!(comment(&database, "sale").await, r#"{"pg-bulk-ingest": {"high-watermark": 1}}"#);
}
