//! The ingests, each with the struct of its definition.

use super::step::{BatchOf, DELETED_AT, Definition, Fault, IngestOf, WRITTEN};
use super::world::World;
use futures_util::FutureExt;
use futures_util::future::try_join;
use pg_bulk_ingest::{
    Batch, BoxFuture, Change, Error, Filled, Ingest, IngestTable, Linger, RowOf, SetAside,
    Watermarks,
};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;
use tests::{ingest, poll_up_to};
use tokio_postgres::Client;

#[derive(IngestTable)]
#[ingest(schema = "model", table = "t")]
struct Keyed {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    value: String,
}

#[derive(IngestTable)]
#[ingest(schema = "model", table = "t")]
struct Indexed {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)", index)]
    value: String,
}

#[derive(IngestTable)]
#[ingest(schema = "model", table = "t")]
struct Joined {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)", on_update = "right(old.value || new.value, 8)")]
    value: String,
}

#[derive(IngestTable)]
#[ingest(schema = "model", table = "t")]
struct Unkeyed {
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    value: String,
}

#[derive(IngestTable)]
#[ingest(
    schema = "model",
    table = "t",
    partition_by = "range (id)",
    partitions(every = 10, ahead = 1, default)
)]
struct Partitioned {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    value: String,
}

#[derive(IngestTable)]
#[ingest(schema = "model", table = "t", newest_by(value))]
struct Newest {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    value: String,
}

#[derive(IngestTable)]
#[ingest(schema = "model", table = "t", merge_on(id), unique(id))]
struct Aimed {
    #[ingest(primary_key, identity)]
    number: Filled<i32>,
    id: i32,
    #[ingest(sql_type = "varchar(8)")]
    value: String,
}

/// Ingests once. Returns how that ended, if it did, and whether a fault of its own making happened.
pub(super) async fn attempt(
    client: &mut Client,
    of: &IngestOf,
    kept: Watermarks,
    world: &World,
) -> (Option<Result<(), Error>>, bool) {
    let stored = world.as_ref().and_then(|table| table.high_watermark);
    let run = match of.definition {
        Definition::Keyed => load::<Keyed, _>(client, of, kept, stored, |id, value| {
            value.map_or(Change::Delete(id), |value| Change::Put(Keyed { id, value }))
        }),
        Definition::Indexed => load::<Indexed, _>(client, of, kept, stored, |id, value| {
            value.map_or(Change::Delete(id), |value| Change::Put(Indexed { id, value }))
        }),
        Definition::Joined => load::<Joined, _>(client, of, kept, stored, |id, value| {
            value.map_or(Change::Delete(id), |value| Change::Put(Joined { id, value }))
        }),
        Definition::Newest => {
            load::<Newest, _>(client, of, kept, stored, |id, value| match value {
                Some(value) => Change::Put(Newest { id, value }),
                None => Change::delete_at(id, DELETED_AT),
            })
        }
        Definition::Aimed => load::<Aimed, _>(client, of, kept, stored, |id, value| {
            let put = |value| Change::Put(Aimed { number: Filled, id, value });
            value.map_or(Change::Delete(id), put)
        }),
        Definition::Partitioned => load::<Partitioned, _>(client, of, kept, stored, |id, value| {
            value.map_or(Change::Delete(id), |value| Change::Put(Partitioned { id, value }))
        }),
        Definition::Unkeyed => load(client, of, kept, stored, |id, value| Unkeyed {
            id,
            value: value.unwrap_or_default(),
        }),
    };
    let polls = if let Some(Fault::Drop(polls)) = of.fault { polls } else { usize::MAX };
    let of_the_rows = matches!(of.fault, Some(Fault::RowError(_)));
    match poll_up_to(polls, AssertUnwindSafe(run).catch_unwind()).await {
        Some(Ok(Ok(()))) => (Some(Ok(())), false),
        Some(Ok(Err(error))) => {
            let is_planned = matches!(error.kind(), pg_bulk_ingest::ErrorKind::Source);
            (Some(Err(error)), of_the_rows && is_planned)
        }
        Some(Err(panic)) if panic.is::<Planned>() => (None, true),
        Some(Err(panic)) => resume_unwind(panic),
        None => (None, true),
    }
}

/// The panic that was asked for.
struct Planned;

fn load<'c, R, C>(
    client: &'c mut Client,
    of: &IngestOf,
    kept: Watermarks,
    stored: Option<i64>,
    row: fn(i32, Option<String>) -> C,
) -> BoxFuture<'c, Result<(), Error>>
where
    R: IngestTable + Send + 'static,
    C: RowOf<R> + Send + 'static,
{
    let IngestOf { upsert, delete, visibility, batches, fault, .. } = of.clone();
    let ingest = ingest::<R>(client).upsert(upsert).delete(delete).visibility(visibility);
    let ingest = ingest.watermarks(kept);
    let ingest = ingest.small_merges(of.small_merges);
    let ingest = match of.sets_aside {
        true => ingest.set_aside(SetAside { share: 1.0, ..SetAside::default() }),
        false => ingest,
    };
    if of.is_written {
        return write(ingest, batches, fault, row);
    }
    let made = move |after: Option<i64>| {
        assert_eq!(after, stored, "the high watermark");
        let mut taken = 0;
        let mut rows = move |rows: Vec<(i32, Option<&'static str>)>| {
            let first = taken;
            taken += rows.len();
            rows.into_iter().enumerate().map(move |(i, (id, value))| match fault {
                Some(Fault::RowError(at)) if at == first + i + 1 => Err("no more rows"),
                Some(Fault::RowPanic(at)) if at == first + i + 1 => {
                    resume_unwind(Box::new(Planned))
                }
                _ => Ok(row(id, value.map(str::to_owned))),
            })
        };
        batches.into_iter().map(move |batch| {
            let made = Batch::try_new(rows(batch.rows));
            match batch.high_watermark {
                Some(high_watermark) => made.high_watermark(high_watermark),
                None => made.without_high_watermark(),
            }
        })
    };
    async move { ingest.batches(made).await.map(|_| ()) }.boxed()
}

/// The rows by an inserter, whose batches are those: each is begun when the one before is durable.
fn write<R, C>(
    ingest: Ingest<'_, R>,
    batches: Vec<BatchOf>,
    fault: Option<Fault>,
    row: fn(i32, Option<String>) -> C,
) -> BoxFuture<'_, Result<(), Error>>
where
    R: IngestTable + Send + 'static,
    C: RowOf<R> + Send + 'static,
{
    let rows = u64::try_from(WRITTEN).unwrap();
    let linger = Linger { rows, period: Duration::MAX, ..Linger::default() };
    let (writer, inserter) = ingest.inserter::<i64>(linger);
    let rows = async move {
        let mut taken = 0;
        let mut last = None;
        for batch in batches {
            for (id, value) in batch.rows {
                taken += 1;
                if matches!(fault, Some(Fault::RowError(at) | Fault::RowPanic(at)) if at == taken) {
                    resume_unwind(Box::new(Planned));
                }
                let row = row(id, value.map(str::to_owned));
                let durable = match batch.high_watermark {
                    Some(high_watermark) => writer.write_after(row, high_watermark).await?,
                    None => writer.write(row).await?,
                };
                last = Some(durable);
                if taken.is_multiple_of(WRITTEN)
                    && let Some(last) = last.take()
                {
                    last.await?;
                }
            }
        }
        drop(writer);
        match last {
            Some(last) => last.await,
            None => Ok(()),
        }
    };
    async move { try_join(inserter.run(), rows).await.map(|_| ()) }.boxed()
}
