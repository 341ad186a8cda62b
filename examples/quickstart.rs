//! Two runs of an ingest: the second carries on where the first ended, and a row whose primary key
//! is there already takes the place of the old one.
//!
//! `cargo run --example quickstart` starts a throw-away server; with `DATABASE_URL` it uses yours.

use pg_bulk_ingest::{Batch, IngestTable, ingest};

#[derive(IngestTable)]
#[ingest(table = "quickstart_temperature")]
struct Temperature<'a> {
    #[ingest(primary_key)]
    station: i32,
    #[ingest(primary_key)]
    day: &'a str,
    degrees: f64,
    #[ingest(sql_type = "varchar(16)", index)]
    note: Option<&'a str>,
}

/// What the source has to say: days, in order, each with its rows.
type Days = Vec<(&'static str, Vec<Temperature<'static>>)>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = local_postgres::LocalPostgres::start()?;
    let (mut client, connection) =
        tokio_postgres::connect(&server.default_url(), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);

    let row = |station, day, degrees, note| Temperature { station, day, degrees, note };
    let mut days: Days = vec![
        ("2014-07-30", vec![row(1, "2014-07-30", 21.5, None), row(2, "2014-07-30", 24.0, None)]),
        ("2014-07-31", vec![row(1, "2014-07-31", 22.0, Some("estimated"))]),
    ];
    run(&mut client, &days).await?;

    // A day later: one more day, which comes with a correction of the day before.
    days.push((
        "2014-08-01",
        vec![row(1, "2014-07-31", 22.3, None), row(1, "2014-08-01", 19.9, None)],
    ));
    run(&mut client, &days).await
}

async fn run(client: &mut tokio_postgres::Client, days: &Days) -> anyhow::Result<()> {
    let report = ingest::<Temperature>(client)
        .batches(|after: Option<String>| {
            println!("ingesting the days after {after:?}");
            days.iter()
                .filter(move |(day, _)| after.as_ref().is_none_or(|after| *day > after.as_str()))
                .map(|(day, rows)| Batch::new(rows).high_watermark((*day).to_owned()))
        })
        .await?;
    println!("{report}\n");
    Ok(())
}
