//! Rows of many writers, which are collected into batches.

mod again;
mod feed;
mod origin;
mod shared;
mod writer;

pub use feed::{Feed, Inserter, inserter};
pub use writer::{Durable, Writer, Writing};
