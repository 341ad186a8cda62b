//! How often an ingest waits for the server.

use pg_bulk_ingest::{Batch, Cut, ErrorKind, IngestTable, Upsert, Watermarks};
use tests::{Database, RoundTrips, ingest};

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    value: String,
}

fn rows(ids: std::ops::Range<i32>) -> Vec<Row> {
    ids.map(|id| Row { id, value: format!("value {id}") }).collect()
}

#[tokio::test]
async fn a_small_batch_takes_four_or_by_copy_six() {
    for (small_merges, most) in [(true, 4), (false, 6)] {
        let database = Database::new().await;
        let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
        let ingest = ingest::<Row>(&mut client).small_merges(small_merges);
        let mut session = ingest.start::<i32>().await.unwrap();
        session.ingest(Batch::new(rows(0..200)).high_watermark(0)).await.unwrap();
        for (watermark, ids) in (1..).zip([0..1, 0..10, 0..100, 500..600, 0..0]) {
            round_trips.take();
            session.ingest(Batch::new(rows(ids.clone())).high_watermark(watermark)).await.unwrap();
            let taken = round_trips.take();
            assert!(taken <= most, "{ids:?}: {taken}");
        }
        session.finish().await.unwrap();
        let comment = "SELECT count(*), harness.high_watermark('t'::regclass) FROM t";
        let expected = "300|5";
        assert_eq!(database.row(comment).await, expected);
    }
}

#[tokio::test]
async fn a_small_batch_that_only_adds_takes_six() {
    let database = Database::new().await;
    let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
    let ingest = ingest::<Row>(&mut client).upsert(Upsert::Off);
    let mut session = ingest.start::<i32>().await.unwrap();
    session.ingest(Batch::new(rows(0..200)).high_watermark(0)).await.unwrap();
    for (watermark, ids) in (1..).zip([200..201, 210..220, 300..400]) {
        round_trips.take();
        session.ingest(Batch::new(rows(ids.clone())).high_watermark(watermark)).await.unwrap();
        let taken = round_trips.take();
        assert!(taken <= 6, "{ids:?}: {taken}");
    }
    session.finish().await.unwrap();
}

#[tokio::test]
async fn an_ingest_with_nothing_to_do_takes_four_at_most() {
    let database = Database::new().await;
    let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
    let batch = || Batch::new(rows(0..3)).high_watermark(1);
    ingest::<Row>(&mut client).batches(|_| [batch()]).await.unwrap();
    round_trips.take();
    let nothing = |after: Option<i32>| after.is_none().then(batch);
    let report = ingest::<Row>(&mut client).batches(nothing).await.unwrap();
    assert_eq!(report.batches, 0);
    let taken = round_trips.take();
    assert!(taken <= 4, "{taken}");
}

#[tokio::test]
async fn rows_in_a_sequence_take_as_many_as_their_batches() {
    let database = Database::new().await;
    let (mut client, round_trips) = RoundTrips::connect(&database.url()).await;
    ingest::<Row>(&mut client).rows(|_| rows(0..1), |row| row.id).await.unwrap();
    round_trips.take();
    let batches = (0..9).map(|n| Batch::new(rows(n..n + 1)).high_watermark(n));
    ingest::<Row>(&mut client).batches(|_| batches).await.unwrap();
    let of_batches = round_trips.take();
    let sequence = ingest::<Row>(&mut client).rows(|_| rows(0..9), |row| row.id).cut(Cut::each());
    assert_eq!(sequence.await.unwrap().batches, 9);
    assert_eq!(round_trips.take(), of_batches);
    let rows = ingest::<Row>(&mut client)
        .row_stream(|_| futures_util::stream::iter(rows(0..9)), |row| row.id)
        .cut(Cut::each());
    assert_eq!(rows.await.unwrap().batches, 9);
    assert_eq!(round_trips.take(), of_batches);
}

#[tokio::test]
async fn what_is_sent_together_fails_for_its_own_reason() {
    let database = Database::new().await;
    let (mut client, _) = RoundTrips::connect(&database.url()).await;
    let ingest = ingest::<Row>(&mut client).watermarks(Watermarks::Comment);
    let mut session = ingest.start::<i32>().await.unwrap();
    session.ingest(Batch::new(rows(0..3)).high_watermark(0)).await.unwrap();
    // With the locks of the batch: the preparation of its COPY.
    database.execute("COMMENT ON TABLE t IS NULL").await;
    let error = session.ingest(Batch::new(rows(3..4)).high_watermark(1)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConcurrentIngest { .. }), "{error:?}");
    database
        .execute(
            r#"COMMENT ON TABLE t IS '{"pg-bulk-ingest": {"high-watermark": 0}}';
            CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE 'no comments'; END $$;
            CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('COMMENT')
            EXECUTE PROCEDURE refuse()"#,
        )
        .await;
    // With COMMIT: the high watermark.
    let error = session.ingest(Batch::new(rows(3..4)).high_watermark(1)).await.unwrap_err();
    let expected =
        r#"cannot store the high watermark: "public"."t", batch 2: raise exception (P0001)"#;
    assert!(error.to_string().starts_with(expected), "{error}");
    assert_eq!(error.code().unwrap().code(), "P0001");
    database
        .execute(
            "DROP EVENT TRIGGER refuse;
            ALTER TABLE t ADD CONSTRAINT short CHECK (id < 4)",
        )
        .await;
    // With the merge: the lock for the high watermark.
    let error = session.ingest(Batch::new(rows(3..6)).high_watermark(1)).await.unwrap_err();
    assert!(error.to_string().starts_with("cannot merge the rows: "), "{error}");
    assert_eq!(error.code().unwrap().code(), "23514");
    session.ingest(Batch::new(rows(3..4)).high_watermark(1)).await.unwrap();
    session.finish().await.unwrap();
    let state = "SELECT count(*), harness.high_watermark('t'::regclass) FROM t";
    assert_eq!(database.row(state).await, "4|1");
}

#[tokio::test]
async fn what_is_prepared_ahead_is_not_into_a_table_that_is_replaced() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // Its columns are in another order: it is rebuilt.
    let old = "CREATE TABLE t (value text NOT NULL, id integer PRIMARY KEY);
        INSERT INTO t VALUES ('old', -1);
        COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}'";
    for upsert in [Upsert::Off, Upsert::IfPrimaryKey] {
        database.execute(old).await;
        let ingest = ingest::<Row>(&mut client).upsert(upsert);
        let batches = [Batch::new(rows(0..3)), Batch::new(rows(3..6))];
        ingest.batches(|_| batches).await.unwrap();
        let stored = "SELECT string_agg(id::text, ',' ORDER BY id) FROM t";
        assert_eq!(database.row(stored).await, "-1,0,1,2,3,4,5", "{upsert:?}");
        database.execute("DROP TABLE t").await;
    }
}
