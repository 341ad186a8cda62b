//! The faults, and what is done about each.

use super::check::{Ran, States, reset, visible};
use super::scenario::Scenario;
use super::source::{Failing, Source};
use super::{Steps, Tally};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tests::{At, Call, Database, Direction, Harm, Proxy, poll_up_to};
use tokio_postgres::Client;

/// What is done to a connection at one of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cut,
    HalfClose,
    /// With a timeout.
    Stall,
    Forsake,
    Drip,
    Terminate,
    Cancel,
}

/// A fault.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Message(Kind, Direction, usize),
    Row(Failing, usize),
    /// The future is dropped when it was polled so often.
    Poll(usize),
}

use Direction::{ToClient, ToServer};

/// What is done at messages, and in which directions.
const AT_MESSAGES: &[(Kind, Direction)] = &[
    (Kind::Cut, ToServer),
    (Kind::Cut, ToClient),
    (Kind::HalfClose, ToServer),
    (Kind::HalfClose, ToClient),
    (Kind::Stall, ToServer),
    (Kind::Stall, ToClient),
    (Kind::Forsake, ToServer),
    (Kind::Drip, ToServer),
    (Kind::Drip, ToClient),
    (Kind::Terminate, ToServer),
    (Kind::Cancel, ToServer),
];

/// How long an answer may take where messages stall.
const TIMEOUT: Duration = Duration::from_millis(200);

/// How often the reader looks: what it sees is a sample.
const LOOK_EVERY: Duration = Duration::from_millis(1);

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Message(Kind::Cut, ..) => "connection cut",
            Self::Message(Kind::HalfClose, ..) => "connection half closed",
            Self::Message(Kind::Stall, ..) => "messages stalled",
            Self::Message(Kind::Forsake, ..) => "client told, server not",
            Self::Message(Kind::Drip, ..) => "messages dripping",
            Self::Message(Kind::Terminate, ..) => "session terminated",
            Self::Message(Kind::Cancel, ..) => "query canceled",
            Self::Row(Failing::Error, _) => "error of the rows",
            Self::Row(Failing::Panic, _) => "panic of the rows",
            Self::Poll(_) => "future dropped",
        }
    }
}

/// One scenario and its database.
struct Run {
    scenario: &'static Scenario,
    database: Database,
    admin: Arc<Client>,
    reader: Client,
    states: States,
    tally: Tally,
}

/// Does every fault to a scenario, or some of each kind.
pub(super) async fn sweep(scenario: &'static Scenario) -> Tally {
    let database = Database::new().await;
    let admin = Arc::new(database.connect().await);
    let reader = database.connect().await;
    let states = States::of(scenario, &database.url(), &admin).await;
    let mut run = Run { scenario, database, admin, reader, states, tally: Tally::default() };
    let [to_server, to_client] = run.count().await;
    for &(kind, direction) in AT_MESSAGES {
        let messages = if direction == ToServer { to_server } else { to_client };
        // To drip all messages from the first on takes a while, and not many differ.
        let factor = if kind == Kind::Drip { 8 } else { 1 };
        run.each(messages, factor, |number| Fault::Message(kind, direction, number)).await;
    }
    let rows = usize::try_from(scenario.batches).unwrap() * 8;
    for failing in [Failing::Error, Failing::Panic] {
        run.each(rows, 1, |number| Fault::Row(failing, number)).await;
    }
    // As many polls as there are answers is more than enough.
    run.each(to_client, 1, Fault::Poll).await;
    run.tally
}

impl Run {
    /// Does a fault at each of so many steps, or at some of them.
    async fn each(&mut self, steps: usize, factor: usize, fault: impl Fn(usize) -> Fault) {
        let step = Steps::asked_for().of(steps, factor);
        // The steps of different kinds are not the same ones.
        let first = 1 + self.tally.checks % step;
        for number in (first..=steps).step_by(step) {
            let fault = fault(number);
            // There are not as many polls as that. A message, though, may not come for once, as when
            // a wait took longer than it may where messages stall.
            if !self.one(fault).await && matches!(fault, Fault::Poll(_)) {
                break;
            }
        }
        self.tally.progress(self.scenario.name);
    }

    /// How many messages go in each direction if nothing happens.
    async fn count(&self) -> [usize; 2] {
        reset(&self.admin, self.scenario).await;
        let proxy = Proxy::new(&self.database.url()).await;
        let mut client = proxy.connect(&self.database.url()).await;
        proxy.count_anew();
        let through = proxy.through(&self.database.url());
        let source = Source::new(self.scenario.batches, &through);
        (self.scenario.run)(&mut client, source).await.unwrap();
        proxy.counts()
    }

    /// One fault, and all that has to hold afterwards. Returns whether it happened.
    async fn one(&mut self, fault: Fault) -> bool {
        reset(&self.admin, self.scenario).await;
        let proxy = Proxy::new(&self.database.url()).await;
        let mut client = proxy.connect(&self.database.url()).await;
        let process = tests::rows(&client, "SELECT pg_backend_pid()").await.remove(0);
        if let Fault::Message(kind, direction, number) = fault {
            proxy.set(direction, At::Number(number), self.harm(kind, &process));
        }
        let mut seen = Vec::new();
        let (ran, happened) = {
            let through = proxy.through(&self.database.url());
            let source = Source::new(self.scenario.batches, &through);
            let run = attempt(self.scenario, &mut client, source, fault);
            let read = async {
                loop {
                    let now = visible(&self.reader, self.scenario).await;
                    if seen.last() != Some(&now) {
                        seen.push(now);
                    }
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            };
            tokio::select! {
                ran = run => ran,
                () = read => (Ran::Interrupted, false),
            }
        };
        let happened = happened || proxy.struck();
        if !happened {
            // The server may still be at the look that was interrupted, and holds locks for it.
            tests::rows(&self.reader, "SELECT 1").await;
            return false;
        }
        *self.tally.faults.entry(fault.name()).or_default() += 1;
        let mut failed = Vec::new();
        failed.extend(
            seen.iter()
                .filter(|seen| !self.states.may_be_seen(seen))
                .map(|seen| format!("a reader saw {seen:?}")),
        );
        // After a fault of its own making the client is used again; otherwise there is another.
        let client = match fault {
            Fault::Message(..) => {
                drop((client, proxy));
                self.until_gone("0").await;
                self.database.connect().await
            }
            _ => {
                tests::rows(&client, "SELECT 1").await;
                self.until_gone(&process).await;
                client
            }
        };
        if matches!(fault, Fault::Message(Kind::Drip, ..)) && !matches!(ran, Ran::Ended(Ok(()))) {
            failed.push(format!("slow is no error: {ran:?}"));
        }
        failed.extend(self.states.check(&self.admin, &ran).await.err());
        let url = self.database.url();
        failed.extend(self.states.converge(&self.admin, client, &url).await.err());
        // I1, I2, I3, I6 and I7 after the fault; I4 and I5 after the next run.
        self.tally.checks += 7;
        let name = self.scenario.name;
        let failed = failed.into_iter().map(|why| format!("{name}: {fault:?}: {ran:?}: {why}"));
        self.tally.failures.extend(failed);
        true
    }

    fn harm(&self, kind: Kind, process: &str) -> Harm {
        let call = |function: &str| -> Call {
            let sql = format!("SELECT {function}({process})");
            let admin = Arc::clone(&self.admin);
            Box::new(move || async move { admin.batch_execute(&sql).await.unwrap() }.boxed())
        };
        match kind {
            Kind::Cut => Harm::Cut,
            Kind::HalfClose => Harm::HalfClose,
            Kind::Stall => Harm::Stall,
            Kind::Forsake => Harm::Forsake,
            Kind::Drip => Harm::Drip,
            Kind::Terminate => Harm::Before(call("pg_terminate_backend")),
            Kind::Cancel => Harm::After(call("pg_cancel_backend")),
        }
    }

    /// Waits until the server's side of all connections is gone but of this process, the reader's
    /// and the one that asks.
    async fn until_gone(&self, process: &str) {
        let reader = tests::rows(&self.reader, "SELECT pg_backend_pid()").await.remove(0);
        let there = format!(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
            AND backend_type = 'client backend'
            AND pid NOT IN ({process}, {reader}, pg_backend_pid())"
        );
        while !tests::rows(&self.admin, &there).await.is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

/// Runs a scenario once; answers how that ended, and whether a fault of its own making happened.
async fn attempt(
    scenario: &Scenario,
    client: &mut Client,
    mut source: Source,
    fault: Fault,
) -> (Ran, bool) {
    match fault {
        Fault::Message(kind, ..) => {
            source.timeout = (kind == Kind::Stall).then_some(TIMEOUT);
            (Ran::Ended((scenario.run)(client, source).await), false)
        }
        Fault::Row(failing, number) => {
            source.failing = Some((number, failing));
            let run = AssertUnwindSafe((scenario.run)(client, source)).catch_unwind().await;
            match run {
                Ok(Ok(())) => (Ran::Ended(Ok(())), false),
                Ok(ended) => (Ran::Ended(ended), true),
                Err(_) => (Ran::Interrupted, true),
            }
        }
        Fault::Poll(number) => match poll_up_to(number, (scenario.run)(client, source)).await {
            Some(ended) => (Ran::Ended(ended), false),
            None => (Ran::Interrupted, true),
        },
    }
}
