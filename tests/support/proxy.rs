//! A TCP proxy before the server that counts the protocol's messages, and does harm at one of them.

mod relay;

use crate::database::{config, connect};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

/// Where messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// A message of the protocol: its type, and what is in it.
#[derive(Debug)]
pub struct Message<'m> {
    /// The byte that says what it is.
    pub kind: u8,
    /// What follows the length.
    pub body: &'m [u8],
}

impl Message<'_> {
    /// Whether it is a message with this text in it.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

/// At which message something happens.
pub enum At {
    /// At the one of this number, from 1, since the fault was set.
    Number(usize),
    /// At the first that is such.
    First(Box<dyn Fn(&Message<'_>) -> bool + Send>),
}

impl At {
    /// At the first message that is such.
    pub fn first(is_such: impl Fn(&Message<'_>) -> bool + Send + 'static) -> Self {
        Self::First(Box::new(is_such))
    }

    /// At the first message with this text in it.
    #[must_use]
    pub fn text(text: &'static str) -> Self {
        Self::first(move |message| message.contains(text))
    }

    /// At the query `COMMIT`, or at the server's word that it was done.
    #[must_use]
    pub fn commit() -> Self {
        Self::first(|message| message.body == b"COMMIT\0")
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "message {number}"),
            Self::First(_) => f.write_str("the first message that is such"),
        }
    }
}

/// What is done from outside while a message waits.
pub type Call = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// What happens.
pub enum Harm {
    /// Both connections are closed before the message.
    Cut,
    /// The receiver sees the end of the stream in place of the message; the other direction goes on.
    HalfClose,
    /// Neither this message nor what follows in this direction is forwarded; nothing is closed.
    Stall,
    /// The same, and the client sees the end of the stream: it is told that the connection is gone,
    /// and the server is not.
    Forsake,
    /// From this message on each byte is sent for itself; of a long message, a few.
    Drip,
    /// Something is done before the message is forwarded.
    Before(Call),
    /// Something is done once the message is forwarded.
    After(Call),
}

impl fmt::Debug for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cut => "cut",
            Self::HalfClose => "half-close",
            Self::Stall => "stall",
            Self::Forsake => "forsake",
            Self::Drip => "drip",
            Self::Before(_) => "before",
            Self::After(_) => "after",
        })
    }
}

/// A fault that is set.
#[derive(Debug)]
struct Fault {
    direction: Direction,
    at: At,
    harm: Harm,
}

#[derive(Debug, Default)]
struct State {
    fault: Option<Fault>,
    /// Whether the fault happened.
    struck: bool,
    /// The messages to the server and to the client so far.
    counts: [usize; 2],
    /// The messages of each `COPY` to the server, if they are kept.
    copies: Option<Vec<Copied>>,
}

/// What the client sent of one `COPY`.
#[derive(Debug, Default, Clone)]
pub struct Copied {
    /// The data of all messages.
    pub data: Vec<u8>,
    /// `c` if the client said that this is all, `f` if it said that it failed.
    pub end: Option<u8>,
}

impl State {
    fn keep(&mut self, message: &Message<'_>) {
        let Some(copies) = &mut self.copies else { return };
        if matches!(message.kind, b'd' | b'c' | b'f') {
            if copies.last().is_none_or(|last| last.end.is_some()) {
                copies.push(Copied::default());
            }
            if let Some(last) = copies.last_mut() {
                if message.kind == b'd' {
                    last.data.extend_from_slice(message.body);
                } else {
                    last.end = Some(message.kind);
                }
            }
        }
    }
}

/// A proxy before the tests' server.
#[derive(Debug)]
pub struct Proxy {
    state: Arc<Mutex<State>>,
    port: u16,
    accepting: JoinHandle<()>,
    /// Says that all connections have to be closed.
    closing: watch::Sender<bool>,
}

impl Proxy {
    /// A proxy before the server of this URL.
    pub async fn new(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = config(url);
        let upstream = (server.get_hosts()[0].clone(), server.get_ports()[0]);
        let tokio_postgres::config::Host::Tcp(host) = upstream.0 else {
            panic!("{url} is no URL by TCP");
        };
        let state = Arc::new(Mutex::new(State::default()));
        let (closing, closed) = watch::channel(false);
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut lanes = VecDeque::new();
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect((host.as_str(), upstream.1)).await else {
                    continue;
                };
                lanes.push_back(tokio::spawn(relay::relay(
                    client,
                    server,
                    shared.clone(),
                    closed.clone(),
                )));
            }
        });
        Self { state, port, accepting, closing }
    }

    /// A connection through the proxy.
    pub async fn connect(&self, url: &str) -> Client {
        connect(&self.through(url)).await
    }

    /// What connects through the proxy to the database of this URL.
    #[must_use]
    pub fn through(&self, url: &str) -> String {
        let server = config(url);
        let password = server.get_password().unwrap_or_default();
        let quoted = |value: &str| value.replace('\\', r"\\").replace('\'', r"\'");
        format!(
            "host=127.0.0.1 port={} user='{}' dbname='{}' password='{}'",
            self.port,
            quoted(server.get_user().unwrap()),
            quoted(server.get_dbname().unwrap()),
            quoted(&String::from_utf8_lossy(password)),
        )
    }

    /// Sets a fault. Messages are counted from now on.
    pub fn set(&self, direction: Direction, at: At, harm: Harm) {
        let fault = Some(Fault { direction, at, harm });
        *lock(&self.state) = State { fault, ..State::default() };
    }

    /// Counts messages anew, without a fault.
    pub fn count_anew(&self) {
        *lock(&self.state) = State::default();
    }

    /// The messages to the server and to the client since they are counted.
    #[must_use]
    pub fn counts(&self) -> [usize; 2] {
        lock(&self.state).counts
    }

    /// Keeps what is sent of each `COPY` from now on.
    pub fn keep_copies(&self) {
        *lock(&self.state) = State { copies: Some(Vec::new()), ..State::default() };
    }

    /// What was sent of each `COPY` since they are kept; from now on it is kept anew.
    #[must_use]
    pub fn copies(&self) -> Vec<Copied> {
        lock(&self.state).copies.replace(Vec::new()).unwrap_or_default()
    }

    /// Whether the fault happened.
    #[must_use]
    pub fn struck(&self) -> bool {
        lock(&self.state).struck
    }

    /// The same, and from now on it does not happen any more.
    #[must_use]
    pub fn disarm(&self) -> bool {
        let mut state = lock(&self.state);
        state.fault = None;
        state.struck
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        let _ = self.closing.send(true);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
