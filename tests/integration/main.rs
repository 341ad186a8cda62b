//! What the library promises, looked at on a real server through a second connection.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod upsert;
