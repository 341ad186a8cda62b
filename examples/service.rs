//! A service that takes events by HTTP, and answers 202 once an event is in the table. Requests do not become
//! a transaction each: an inserter collects the rows of many into batches. Load comes from a second process.
//!
//! `cargo run --example service` starts a throw-away server; with `DATABASE_URL` it uses yours.

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use pg_bulk_ingest::{
    Backoff, ErrorKind, Feed, IngestTable, Linger, NoWatermark, Writer, ingest, inserter,
};
use serde::{Deserialize, Serialize};
use std::process::Command;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_postgres::{Client, SimpleQueryMessage};

/// An event, in a request and in the table.
#[derive(IngestTable, Serialize, Deserialize)]
#[ingest(table = "example_requests")]
struct Event {
    #[ingest(primary_key)]
    id: i64,
    text: String,
}

const CALLERS: i64 = 40;
const REQUESTS: i64 = 50;

/// Responds once the event is in the table.
async fn take(State(events): State<Writer<Event>>, Json(event): Json<Event>) -> StatusCode {
    let written = async { events.write(event).await?.await };
    match written.await {
        Ok(()) => StatusCode::ACCEPTED,
        // What is wrong with the row is the caller's to mend.
        Err(error) if matches!(error.kind(), ErrorKind::Value { .. }) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Writes what is taken, until nobody takes events any more.
async fn write(url: String, feed: Feed<Event, NoWatermark>) -> anyhow::Result<()> {
    let mut client = connect(&url).await?;
    let report = feed
        .with(ingest(&mut client))
        // Should the connection be lost, it goes on over another, and no event is lost or there twice.
        .reconnect(|| connect(&url), Backoff::default())
        .run()
        .await?;
    println!("{} events, in fewer batches: {}", report.rows, report.batches < report.rows / 4);
    Ok(())
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// What the second process does: many callers at once, each of which waits for its answer before it goes on.
fn call(url: &str) -> anyhow::Result<()> {
    let agent = ureq::Agent::new_with_defaults();
    let calls = |caller: i64| -> anyhow::Result<()> {
        for request in 0..REQUESTS {
            let id = caller * REQUESTS + request;
            let body = serde_json::to_string(&Event { id, text: format!("event {id}") })?;
            let request = agent.post(url).header("content-type", "application/json");
            anyhow::ensure!(request.send(&body)?.status() == 202);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let callers = (0..CALLERS).map(|caller| scope.spawn(move || calls(caller)));
        let callers = callers.collect::<Vec<_>>();
        callers.into_iter().try_for_each(|caller| match caller.join() {
            Ok(called) => called,
            Err(_) => anyhow::bail!("a caller panicked"),
        })
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Ok(url) = std::env::var("CALLS") {
        return call(&url);
    }
    let server = local_postgres::LocalPostgres::start()?;
    let url = server.default_url();
    let admin = connect(&url).await?;
    admin.batch_execute("DROP TABLE IF EXISTS example_requests").await?;

    // A batch is written 20 ms after its first event.
    let linger = Linger { period: Duration::from_millis(20), ..Linger::default() };
    let (events, feed) = inserter(linger);
    let writing = tokio::spawn(write(url, feed));

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let calls = format!("http://{}/events", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel::<()>();
    let service = Router::new().route("/events", post(take)).with_state(events);
    let serving = tokio::spawn(
        axum::serve(listener, service)
            .with_graceful_shutdown(async { stopped.await.unwrap_or_default() })
            .into_future(),
    );

    let mut callers = Command::new(std::env::current_exe()?).env("CALLS", calls).spawn()?;
    let called = tokio::task::spawn_blocking(move || callers.wait()).await??;
    anyhow::ensure!(called.success(), "a request was not answered with 202");

    // The service drops its writers, which ends the run of the inserter.
    stop.send(()).ok().context("the service has ended")?;
    serving.await??;
    writing.await??;

    let sql = "SELECT count(*), min(id), max(id) FROM example_requests";
    for message in admin.simple_query(sql).await? {
        if let SimpleQueryMessage::Row(row) = message {
            let cell = |i| row.get(i).unwrap_or_default();
            println!("{} events in the table, of ids {} to {}", cell(0), cell(1), cell(2));
        }
    }
    Ok(())
}
