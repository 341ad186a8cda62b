//! A writer takes rows of its table, high watermarks of its type, and keys of its table.

use pg_bulk_ingest::{Error, IngestTable, Writer};

#[derive(IngestTable)]
struct Event {
    id: i64,
}

#[derive(IngestTable)]
struct Other {
    id: i64,
}

async fn other_row(events: Writer<Event, i64>) -> Result<(), Error> {
    events.write(&Other { id: 1 }).await?;
    Ok(())
}

async fn other_watermark(events: Writer<Event, i64>) -> Result<(), Error> {
    events.write_after(Event { id: 1 }, "one").await?;
    Ok(())
}

async fn no_key(events: Writer<Event, i64>) -> Result<(), Error> {
    events.delete(1).await?;
    Ok(())
}

fn main() {}
