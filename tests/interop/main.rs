//! The Python package pg-bulk-ingest and this library ingest into one table by turns, on a real server:
//! either carries on from the high watermark that the other stored, and the table stays as it is.
//!
//! The package is installed from its registry. Where that is not possible the tests say that they looked at
//! nothing; `REQUIRE_PYTHON=1` makes it an error.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod changes;
mod differences;
mod keys;
mod look;
mod modes;
mod python;
mod types;
mod watermarks;
