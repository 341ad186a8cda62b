//! Few rows, which are merged by one statement: what becomes of them is what becomes of many.

use pg_bulk_ingest::{Batch, IngestTable, Json, NoWatermark, Report, Upsert};
use serde_json::{Value, json};
use tests::{Database, Dice, RoundTrips, ingest};

#[derive(IngestTable, Clone)]
#[ingest(table = "t", newest_by(version))]
struct Row {
    #[ingest(primary_key, sql_type = "citext")]
    id: String,
    version: i32,
    #[ingest(sql_type = "mood")]
    mood: Option<String>,
    #[ingest(sql_type = "varchar(3)")]
    short: String,
    #[ingest(sql_type = "positive")]
    positive: i32,
    tags: Vec<Option<String>>,
    payload: Json<Value>,
    #[ingest(on_update = "keep")]
    first: i32,
}

/// With columns that were dropped, and others that the rows do not have, under unlikely names.
const TABLE: &str = "
    CREATE TABLE t (gone int, first int NOT NULL, ordinality int DEFAULT 7, payload jsonb NOT NULL,
        tags text[] NOT NULL, positive positive NOT NULL, also_gone text, short varchar(3) NOT NULL,
        mood mood, version int, id citext PRIMARY KEY, ordinal serial, \"row\" text DEFAULT 'x');
    ALTER TABLE t DROP COLUMN gone, DROP COLUMN also_gone;
    ALTER TABLE t ADD COLUMN length int";

const ALL: &str = "SELECT to_jsonb(t) - 'ordinal' FROM t ORDER BY id";

fn random(dice: &mut Dice) -> Row {
    let number = |dice: &mut Dice, below| i32::try_from(dice.below(below)).unwrap();
    Row {
        id: dice.pick(&["a", "A", "b", "B", "c", "d", "e", "f", "g"]).to_owned(),
        version: number(dice, 4),
        mood: (!dice.once_in(3)).then(|| dice.pick(&["sad", "ok"]).to_owned()),
        short: dice.pick(&["", "x", "abc", "ab"]).to_owned(),
        positive: number(dice, 2) + 1,
        tags: (0..dice.below(3)).map(|n| (n > 0).then(|| n.to_string())).collect(),
        payload: Json(json!({ "n": number(dice, 2) })),
        first: number(dice, 1_000),
    }
}

fn counts<W>(report: &Report<W>) -> [u64; 6] {
    let table = &report.tables[0];
    let [received, inserted] = [table.received, table.inserted];
    [received, inserted, table.updated, table.unchanged, table.stale, table.existing]
}

#[tokio::test]
async fn they_become_what_they_become_by_copy() {
    for (seed, upsert) in [(1, Upsert::IfPrimaryKey), (2, Upsert::KeepExisting)] {
        let mut dice = Dice::new(seed);
        let [one, other] = [Database::new().await, Database::new().await];
        one.execute(TABLE).await;
        other.execute(TABLE).await;
        let mut clients = [one.connect().await, other.connect().await];
        for _ in 0..8 {
            let rows = (0..dice.below(12)).map(|_| random(&mut dice)).collect::<Vec<_>>();
            let mut counted = Vec::new();
            for (client, small_merges) in clients.iter_mut().zip([true, false]) {
                let ingest = ingest::<Row>(client).upsert(upsert).small_merges(small_merges);
                let report = ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
                counted.push(counts(&report));
            }
            assert_eq!(counted[0], counted[1]);
            assert_eq!(one.rows(ALL).await, other.rows(ALL).await);
        }
    }
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Plain {
    #[ingest(primary_key)]
    id: i32,
    value: Option<String>,
}

fn plain(ids: std::ops::Range<i32>, value: &str) -> Vec<Plain> {
    ids.map(|id| Plain { id, value: Some(value.to_owned()) }).collect()
}

/// Who may create no table has nothing to create.
const NO_TABLES: &str = "
    CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE 'no tables'; END $$;
    CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE')
    EXECUTE PROCEDURE refuse()";

#[tokio::test]
async fn nothing_is_created_for_them() {
    let database = Database::new().await;
    database.execute("CREATE TABLE t (id int PRIMARY KEY, value text)").await;
    database.execute(NO_TABLES).await;
    let (mut client, trips) = RoundTrips::connect(&database.url()).await;
    let mut session = ingest::<Plain>(&mut client).start::<i32>().await.unwrap();
    session.ingest(Batch::new(plain(0..1, "a")).high_watermark(0)).await.unwrap();
    for (watermark, ids) in (1..).zip([0..1, 0..10, 5..1_000, 0..0]) {
        trips.take();
        session.ingest(Batch::new(plain(ids, "b")).high_watermark(watermark)).await.unwrap();
        let taken = trips.take();
        assert!(taken <= 4, "{taken}");
    }
    session.finish().await.unwrap();
    assert_eq!(database.row("SELECT count(*), min(value), max(value) FROM t").await, "1000|b|b");
    let ingest = ingest::<Plain>(&mut client).small_merges(false);
    let error = ingest.batches(|_| [Batch::new(plain(0..1, "c"))]).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "P0001");
}

#[tokio::test]
async fn what_is_refused_of_them_is_found() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TABLE t (id int PRIMARY KEY, value text UNIQUE CHECK (value <> 'secret'));
            INSERT INTO t VALUES (1, 'a'), (2, 'b')",
        )
        .await;
    let mut client = database.connect().await;
    let mut session = ingest::<Plain>(&mut client).start::<NoWatermark>().await.unwrap();
    let row = |id, value: &str| Plain { id, value: Some(value.to_owned()) };
    let batch = [row(8, "x"), row(9, "secret"), row(10, "y")];
    let error = session.ingest(Batch::new(batch)).await.unwrap_err();
    assert_eq!((error.row(), error.column()), (Some(2), Some("value")), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    let error = session.ingest(Batch::new([row(8, "x"), row(9, "a")])).await.unwrap_err();
    assert_eq!((error.row(), error.code().unwrap().code()), (Some(2), "23505"));
    // Unique values are handed over.
    session.ingest(Batch::new([row(1, "b"), row(2, "a")])).await.unwrap();
    // Another column came meanwhile, and one that takes no NULL.
    database.execute("ALTER TABLE t ADD COLUMN more filled_text DEFAULT 'more'").await;
    session.ingest(Batch::new([row(3, "c")])).await.unwrap();
    session.ingest(Batch::new([row(4, "d")])).await.unwrap();
    session.finish().await.unwrap();
    ingest::<Plain>(&mut client).batches(|_| [Batch::new([row(5, "e")])]).await.unwrap();
    let stored = ["1|b|more", "2|a|more", "3|c|more", "4|d|more", "5|e|more"];
    assert_eq!(database.rows("SELECT * FROM t ORDER BY id").await, stored);
}
