//! A Rust enum as a PostgreSQL enum type. The type is created with the table; a variant more in a later
//! version of the program is a label more of the type, added before the first batch.
//!
//! `cargo run --example growing_enum` starts a throw-away server; with `DATABASE_URL` it uses yours.

mod scratch {
    pub(crate) mod client;
    pub(crate) mod server;
    pub(crate) mod table;
}

use pg_bulk_ingest::{Batch, IngestEnum, IngestTable, NoWatermark, ingest};

#[derive(IngestEnum)]
#[ingest(type = "example_state", rename_all = "snake_case")]
enum State {
    Placed,
    Delivered,
}

#[derive(IngestTable)]
#[ingest(table = "example_parcels")]
struct Parcel {
    #[ingest(primary_key)]
    id: i32,
    state: State,
}

/// The next version of the program.
mod later {
    use pg_bulk_ingest::{IngestEnum, IngestTable};

    #[derive(IngestEnum)]
    #[ingest(type = "example_state", rename_all = "snake_case")]
    pub(super) enum State {
        Placed,
        InTransit,
        Delivered,
    }

    #[derive(IngestTable)]
    #[ingest(table = "example_parcels")]
    pub(super) struct Parcel {
        #[ingest(primary_key)]
        pub(super) id: i32,
        pub(super) state: State,
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cleanup = "DROP TABLE IF EXISTS example_parcels; DROP TYPE IF EXISTS example_state";
    let (_server, mut client) = scratch::server::start(cleanup).await?;

    let rows = [Parcel { id: 1, state: State::Placed }, Parcel { id: 2, state: State::Delivered }];
    ingest::<Parcel>(&mut client).batches(|_: Option<NoWatermark>| Batch::new(rows)).await?;

    println!("{}", ingest::<later::Parcel>(&mut client).plan().await?);
    let rows = [
        later::Parcel { id: 1, state: later::State::Delivered },
        later::Parcel { id: 3, state: later::State::InTransit },
        later::Parcel { id: 4, state: later::State::Placed },
    ];
    ingest::<later::Parcel>(&mut client).batches(|_: Option<NoWatermark>| Batch::new(rows)).await?;

    // In the order of the type: the order of the variants.
    scratch::table::print(&client, "SELECT * FROM example_parcels ORDER BY state, id").await?;
    Ok(())
}
