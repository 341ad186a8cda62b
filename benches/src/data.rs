//! The rows: W, a typical row of a warehouse, and N, a narrow one. They are made from a seed.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use pg_bulk_ingest::{IngestTable, Json};
use serde_json::value::RawValue;
use uuid::Uuid;

/// A typical row of a warehouse.
#[derive(Debug, Clone, IngestTable)]
#[ingest(table = "w")]
pub(crate) struct W {
    pub(crate) id: i64,
    pub(crate) tenant: i32,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) amount: f64,
    pub(crate) active: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) day: NaiveDate,
    pub(crate) reference: Uuid,
    pub(crate) payload: Box<RawValue>,
    pub(crate) tags: Vec<String>,
}

/// The same with a primary key.
#[derive(Debug, IngestTable)]
#[ingest(table = "w")]
pub(crate) struct KeyedW<'a> {
    #[ingest(primary_key)]
    pub(crate) id: i64,
    pub(crate) tenant: i32,
    pub(crate) name: &'a str,
    pub(crate) description: Option<&'a str>,
    pub(crate) amount: f64,
    pub(crate) active: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) day: NaiveDate,
    pub(crate) reference: Uuid,
    pub(crate) payload: &'a RawValue,
    pub(crate) tags: &'a [String],
}

/// A narrow row.
#[derive(Debug, Clone, IngestTable)]
#[ingest(table = "n")]
pub(crate) struct N {
    pub(crate) id: i64,
    pub(crate) ts: DateTime<Utc>,
    pub(crate) value: f64,
    pub(crate) sensor: i32,
}

/// The same with a primary key.
#[derive(Debug, Clone, IngestTable)]
#[ingest(table = "n")]
pub(crate) struct KeyedN {
    #[ingest(primary_key)]
    pub(crate) id: i64,
    pub(crate) ts: DateTime<Utc>,
    pub(crate) value: f64,
    pub(crate) sensor: i32,
}

/// `SplitMix64`: the same numbers for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound)).unwrap_or_default()
    }

    fn word(&mut self, length: u32) -> String {
        (0..length).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap_or(0))).collect()
    }
}

fn moment(random: &mut Random) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(i64::from(random.below(u32::MAX)) * 400_000)
}

/// Rows of W.
pub(crate) fn wide(rows: usize) -> Vec<W> {
    let mut random = Random(1);
    (0..rows)
        .map(|id| {
            let random = &mut random;
            let created = moment(random);
            let payload = Json(serde_json::json!({
                "kind": random.word(6), "n": random.below(1000), "ok": true,
            }));
            let payload = serde_json::value::to_raw_value(&payload.0).unwrap();
            W {
                id: i64::try_from(id).unwrap_or(i64::MAX),
                tenant: i32::try_from(random.below(1000)).unwrap_or(0),
                name: {
                    let length = 12 + random.below(9);
                    random.word(length)
                },
                description: (random.below(5) > 0).then(|| {
                    let length = 30 + random.below(21);
                    random.word(length)
                }),
                amount: f64::from(random.below(1_000_000)) / 100.0,
                active: random.below(2) == 0,
                created,
                day: created.date_naive(),
                reference: Uuid::from_u64_pair(random.next(), random.next()),
                payload,
                tags: (0..random.below(4)).map(|_| random.word(5)).collect(),
            }
        })
        .collect()
}

/// Rows of N.
pub(crate) fn narrow(rows: usize) -> Vec<N> {
    let mut random = Random(2);
    (0..rows)
        .map(|id| N {
            id: i64::try_from(id).unwrap_or(i64::MAX),
            ts: moment(&mut random),
            value: f64::from(random.below(1_000_000)) / 100.0,
            sensor: i32::try_from(random.below(10_000)).unwrap_or(0),
        })
        .collect()
}
