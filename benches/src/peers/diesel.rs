//! diesel's `copy_from`, with a libpq of its own.

#![allow(single_use_lifetimes, reason = "those of what diesel derives")]

use super::Peer;
use crate::data::{N, W};
use crate::measure::{Cost, cost};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{Connection, ExecuteCopyFromDsl, Insertable, PgConnection};
use std::pin::Pin;
use uuid::Uuid;

diesel::table! {
    w (id) {
        id -> Int8,
        tenant -> Int4,
        name -> Text,
        description -> Nullable<Text>,
        amount -> Float8,
        active -> Bool,
        created -> Timestamptz,
        day -> Date,
        reference -> Uuid,
        payload -> Jsonb,
        tags -> Array<Text>,
    }
}

diesel::table! {
    n (id) {
        id -> Int8,
        ts -> Timestamptz,
        value -> Float8,
        sensor -> Int4,
    }
}

#[derive(Insertable)]
#[diesel(table_name = w, treat_none_as_default_value = false)]
pub(super) struct Wide<'r> {
    id: i64,
    tenant: i32,
    name: &'r str,
    description: Option<&'r str>,
    amount: f64,
    active: bool,
    created: DateTime<Utc>,
    day: NaiveDate,
    reference: Uuid,
    payload: serde_json::Value,
    tags: &'r [String],
}

#[derive(Insertable)]
#[diesel(table_name = n, treat_none_as_default_value = false)]
pub(super) struct Narrow {
    id: i64,
    ts: DateTime<Utc>,
    value: f64,
    sensor: i32,
}

pub(super) struct CopyFrom<R> {
    connection: PgConnection,
    rows: Vec<R>,
    copy: fn(&mut PgConnection, &Vec<R>) -> usize,
}

impl<'r> CopyFrom<Wide<'r>> {
    pub(super) fn wide(url: &str, rows: &'r [W]) -> Self {
        let row = |row: &'r W| Wide {
            id: row.id,
            tenant: row.tenant,
            name: &row.name,
            description: row.description.as_deref(),
            amount: row.amount,
            active: row.active,
            created: row.created,
            day: row.day,
            reference: row.reference,
            payload: serde_json::from_str(row.payload.get()).unwrap(),
            tags: &row.tags,
        };
        let copy = |connection: &mut PgConnection, rows: &Vec<Wide<'r>>| {
            diesel::copy_from(w::table).from_insertable(rows).execute(connection).unwrap()
        };
        Self { connection: connect(url), rows: rows.iter().map(row).collect(), copy }
    }
}

impl CopyFrom<Narrow> {
    pub(super) fn narrow(url: &str, rows: &[N]) -> Self {
        let row = |&N { id, ts, value, sensor }: &N| Narrow { id, ts, value, sensor };
        let copy = |connection: &mut PgConnection, rows: &Vec<Narrow>| {
            diesel::copy_from(n::table).from_insertable(rows).execute(connection).unwrap()
        };
        Self { connection: connect(url), rows: rows.iter().map(row).collect(), copy }
    }
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}

impl<R> Peer for CopyFrom<R> {
    fn name(&self) -> &'static str {
        "diesel copy_from"
    }

    fn load(&mut self) -> Pin<Box<dyn Future<Output = Cost> + '_>> {
        Box::pin(cost(async {
            assert_eq!((self.copy)(&mut self.connection, &self.rows), self.rows.len());
        }))
    }
}
