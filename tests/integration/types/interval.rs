//! Lengths of time.

use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::micros;
use chrono::TimeDelta;
use pg_bulk_ingest::{Batch, IngestTable};
use proptest::prelude::*;
use std::time::Duration;
use tests::{Database, ingest};

shapes!(AsInterval3, "interval(3)", "interval(3)[]");

#[test]
fn time_deltas_read_back_equal() {
    let server = ReadBack::new();
    let own = micros().prop_map(TimeDelta::microseconds).boxed();
    server.every_shape::<OwnType<_>, TimeDelta>("own", "interval", own);
    let precise = micros().prop_map(|micros| TimeDelta::milliseconds(micros / 1_000)).boxed();
    server.every_shape::<AsInterval3<_>, TimeDelta>("three", "interval(3)", precise);
}

#[test]
fn durations_read_back_equal() {
    let durations = micros().prop_map(|micros| {
        Duration::from_micros(micros.checked_abs().unwrap_or(i64::MAX).unsigned_abs())
    });
    ReadBack::new().every_shape::<OwnType<_>, Duration>("t", "interval", durations.boxed());
}

/// Also those that a server before 15 stores and cannot print.
#[tokio::test]
async fn the_longest_are_stored_as_they_are() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        span: TimeDelta,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let longest = [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX];
    let rows = longest.map(|micros| Row { span: TimeDelta::microseconds(micros) });
    ingest::<Row>(&mut client).batches(|_| [Batch::new(rows)]).await.unwrap();
    // Microseconds, days and months.
    let sent = "SELECT encode(interval_send(span), 'hex') FROM t ORDER BY span";
    let expected = longest.map(|micros| format!("{micros:016x}{:08x}{:08x}", 0, 0));
    assert_eq!(database.rows(sent).await, expected);
}
