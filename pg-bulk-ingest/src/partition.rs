//! The partitions of a table that are made for its rows.
//!
//! A row's partition is known from the bytes that are sent of one of its columns. The rows of a batch
//! name the slots that they are for: a period each, or a value; of these the ones are made that no
//! partition of the table covers.

mod bound;
mod calendar;
mod division;
mod missing;
mod period;
mod scan;
mod statements;

pub(crate) use bound::{DEFAULT, listed};
pub(crate) use division::{Division, Slot};
pub(crate) use missing::{Missing, candidates, missing};
pub(crate) use scan::Scan;
pub(crate) use statements::{
    Attaching, BEGIN_APART, COMMIT, attach, like, partition_by, with_table,
};
