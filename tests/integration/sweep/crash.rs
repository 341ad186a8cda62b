//! The server itself killed, or stopped at once, in the middle of an ingest.

use super::check::{Ran, States, reset};
use super::scenario::{SCENARIOS, Scenario, TWO};
use super::source::Source;
use super::{Steps, Tally};
use futures_util::FutureExt;
use local_postgres::{LocalPostgres, StopMode};
use std::sync::Arc;
use tests::{At, Call, Direction, Harm, Proxy, connect, keeps_in_table};

/// How the server ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The first of its processes is killed.
    Kill,
    /// It is stopped without rolling back anything, and recovers when it is started.
    Immediate,
}

/// The query, and the server's word that it was done.
const COMMIT: &str = "COMMIT";

/// What stores the high watermark, by what the comment alone is.
const STORED: &str = "COMMENT ON TABLE";

/// Where it ends: the name of the moment, whose messages, the first with this in it.
const MOMENTS: &[(&str, Direction, &str)] = &[
    ("COPY", Direction::ToServer, "PGCOPY"),
    ("index build", Direction::ToServer, "ANALYZE"),
    ("merge", Direction::ToServer, "SAVEPOINT pg_bulk_ingest_merge"),
    ("swap", Direction::ToServer, "DROP TABLE"),
    ("index built beside", Direction::ToServer, "CONCURRENTLY"),
    ("high watermark", Direction::ToServer, STORED),
    ("COMMIT", Direction::ToServer, COMMIT),
    ("answer to COMMIT", Direction::ToClient, COMMIT),
];

/// Which scenarios, and which of them come to each moment.
const CRASHED: &[&str] =
    &["creation", "upsert", "delete", "delete, all at once", "migration in place", "rebuild", TWO];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_recovers_whole_batches_and_running_again_converges() {
    let server = LocalPostgres::builder().ignore_database_url().start().unwrap();
    let server = Arc::new(server);
    let mut tally = Tally::default();
    for scenario in SCENARIOS.iter().filter(|scenario| CRASHED.contains(&scenario.name)) {
        let url = server.url("postgres");
        let admin = connect(&url).await;
        admin.batch_execute("DROP SCHEMA IF EXISTS look, harness CASCADE").await.unwrap();
        tests::prepare(&admin).await;
        let states = States::of(scenario, &url, &admin).await;
        drop(admin);
        for (position, moment) in MOMENTS.iter().enumerate() {
            // Each moment once, in turn by the one way and the other.
            let ways: &[End] = match (Steps::asked_for().are_many(), position % 2) {
                (true, _) => &[End::Kill, End::Immediate],
                (false, 0) => &[End::Kill],
                (false, _) => &[End::Immediate],
            };
            for &end in ways {
                one(scenario, &states, &server, *moment, end, &mut tally).await;
            }
        }
        tally.progress(scenario.name);
    }
    tally.end("crashes");
}

async fn one(
    scenario: &'static Scenario,
    states: &States,
    server: &Arc<LocalPostgres>,
    (name, direction, text): (&'static str, Direction, &'static str),
    end: End,
    tally: &mut Tally,
) {
    let url = server.url("postgres");
    let admin = connect(&url).await;
    reset(&admin, scenario).await;
    let proxy = Proxy::new(&url).await;
    let mut client = proxy.connect(&url).await;
    let ending = Arc::clone(server);
    let call: Call = Box::new(move || {
        async move {
            let end = move || match end {
                End::Kill => ending.kill9(),
                End::Immediate => ending.stop(StopMode::Immediate),
            };
            tokio::task::spawn_blocking(end).await.unwrap().unwrap();
        }
        .boxed()
    });
    // What is done to a statement is done while it runs, or as soon as it was read.
    let harm = match direction {
        Direction::ToServer => Harm::After(call),
        Direction::ToClient => Harm::Before(call),
    };
    let at = match text {
        COMMIT => At::commit(),
        STORED if keeps_in_table() => At::text("WITH written AS"),
        text => At::text(text),
    };
    proxy.set(direction, at, harm);
    let ran = (scenario.run)(&mut client, Source::new(scenario.batches, &url)).await;
    if !proxy.struck() {
        // The scenario has no such moment.
        assert!(ran.is_ok(), "{}: {name}: {ran:?}", scenario.name);
        return;
    }
    drop((client, admin));
    let starting = Arc::clone(server);
    let start = move || {
        // The call may still be at it, if the client noticed first.
        while starting.start_again().is_err() {}
    };
    drop(proxy);
    tokio::task::spawn_blocking(start).await.unwrap();
    let admin = connect(&url).await;
    let ran = Ran::Ended(ran);
    let mut failed = Vec::new();
    failed.extend(states.check(&admin, &ran).await.err());
    failed.extend(states.converge(&admin, connect(&url).await, &url).await.err());
    *tally
        .faults
        .entry(match end {
            End::Kill => "server killed",
            End::Immediate => "server stopped at once",
        })
        .or_default() += 1;
    tally.checks += 6;
    let failed = failed
        .into_iter()
        .map(|why| format!("{}: {end:?} at {name}: {ran:?}: {why}", scenario.name));
    tally.failures.extend(failed);
}
