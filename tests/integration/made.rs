//! What an ingest made of a table, it may drop; what it did not make, it leaves alone.

mod rule;
mod story;
