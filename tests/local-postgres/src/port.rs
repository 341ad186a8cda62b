use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use crate::folder::random;

/// Below the ports that systems give to outgoing connections: from those, a client that keeps
/// trying to connect to a stopped server ends up connected to itself, and has taken the port.
const PORTS: Range<u16> = 20_000..32_000;

/// A port that is free on 127.0.0.1 just now. Another process may be faster, so the caller must
/// be ready to ask again.
pub(crate) fn free() -> u16 {
    loop {
        let port = candidate();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

fn candidate() -> u16 {
    let [low, high, ..] = random().to_le_bytes();
    PORTS.start + u16::from_le_bytes([low, high]) % (PORTS.end - PORTS.start)
}
