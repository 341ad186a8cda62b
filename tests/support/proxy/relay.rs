//! What passes through the proxy, message by message.

use super::{At, Direction, Harm, Message, State, lock};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Notify, watch};

/// The pieces that a message drips in at most.
const DRIPS: usize = 16 * 1024;

/// Relays a connection until either side ends it, or all have to end.
pub(super) async fn relay(
    client: TcpStream,
    server: TcpStream,
    state: Arc<Mutex<State>>,
    mut closed: watch::Receiver<bool>,
) {
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let forsaken = Arc::new(Notify::new());
    let (up, down) = (state.clone(), state);
    let up = lane(from_client, to_server, Direction::ToServer, up, forsaken.clone());
    let down = lane(from_server, to_client, Direction::ToClient, down, forsaken);
    let (mut up, mut down) = (tokio::spawn(up), tokio::spawn(down));
    let mut ended = [false, false];
    while ended != [true, true] {
        let end = tokio::select! {
            end = &mut up, if !ended[0] => { ended[0] = true; end.unwrap_or(End::Cut) }
            end = &mut down, if !ended[1] => { ended[1] = true; end.unwrap_or(End::Cut) }
            _ = closed.changed() => End::Cut,
        };
        if end == End::Cut {
            break;
        }
    }
    up.abort();
    down.abort();
}

/// How a direction ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// So that the other goes on.
    Half,
    Cut,
}

/// What is to be done with a message.
enum Verdict {
    Forward,
    Harm(Harm),
}

fn judge(state: &Mutex<State>, direction: Direction, message: &Message<'_>) -> Verdict {
    let mut state = lock(state);
    let count = &mut state.counts[usize::from(direction == Direction::ToClient)];
    *count += 1;
    let count = *count;
    if direction == Direction::ToServer {
        state.keep(message);
    }
    let Some(fault) = state.fault.as_ref().filter(|fault| fault.direction == direction) else {
        return Verdict::Forward;
    };
    let strikes = match &fault.at {
        At::Number(number) => *number == count,
        At::First(is_such) => is_such(message),
    };
    if !strikes {
        return Verdict::Forward;
    }
    state.struck = true;
    state.fault.take().map_or(Verdict::Forward, |fault| Verdict::Harm(fault.harm))
}

/// Forwards the messages of one direction.
async fn lane(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    state: Arc<Mutex<State>>,
    forsaken: Arc<Notify>,
) -> End {
    let mut bytes = Vec::new();
    // The client's first message has no type.
    let mut is_first = direction == Direction::ToServer;
    let mut drips = false;
    loop {
        while let Some(length) = length(&bytes, is_first) {
            let rest = bytes.split_off(length);
            let whole = std::mem::replace(&mut bytes, rest);
            let mut after = None;
            if !is_first {
                let message = Message { kind: whole[0], body: &whole[5..] };
                match judge(&state, direction, &message) {
                    Verdict::Forward => {}
                    Verdict::Harm(Harm::Cut) => return End::Cut,
                    Verdict::Harm(Harm::HalfClose) => {
                        let _ = to.shutdown().await;
                        return End::Half;
                    }
                    // Until it is aborted.
                    Verdict::Harm(Harm::Stall) => std::future::pending().await,
                    Verdict::Harm(Harm::Forsake) => {
                        forsaken.notify_one();
                        std::future::pending::<()>().await;
                    }
                    Verdict::Harm(Harm::Drip) => drips = true,
                    Verdict::Harm(Harm::Before(call)) => call().await,
                    Verdict::Harm(Harm::After(call)) => after = Some(call),
                }
            }
            is_first = false;
            let pieces = if drips { whole.len().div_ceil(DRIPS) } else { whole.len() };
            for piece in whole.chunks(pieces) {
                if to.write_all(piece).await.is_err() {
                    return End::Cut;
                }
            }
            if let Some(call) = after {
                call().await;
            }
        }
        let read = tokio::select! {
            read = from.read_buf(&mut bytes) => read,
            () = forsaken.notified(), if direction == Direction::ToClient => {
                let _ = to.shutdown().await;
                std::future::pending().await
            }
        };
        if matches!(read, Ok(0) | Err(_)) {
            return End::Cut;
        }
    }
}

/// The length of the message that the bytes begin with, once it is there as a whole.
fn length(bytes: &[u8], is_first: bool) -> Option<usize> {
    let start = usize::from(!is_first);
    let length = bytes.get(start..start + 4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize + start;
    (bytes.len() >= length).then_some(length)
}
