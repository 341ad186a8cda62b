//! What the library promises, looked at on a real server through a second connection.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod attached;
mod carry;
mod comments;
mod concurrent;
mod connections;
mod create;
mod delete;
mod enums;
mod failure;
mod flatten;
mod flights;
mod hook;
mod house;
mod identifiers;
mod indexes;
mod locks;
mod migrate;
mod multi_table;
mod newtypes;
mod nycflights13;
mod privileges;
mod progress;
mod refused;
mod round_trips;
mod send;
mod to_sql;
mod types;
mod upsert;
mod visibility;
mod watermark;
