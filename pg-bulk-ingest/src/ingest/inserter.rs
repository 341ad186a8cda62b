//! Rows of many writers, which are collected into batches.

mod again;
mod borrowed;
mod feed;
mod shared;
mod writer;

pub use feed::{Feed, Inserter, inserter};
pub use writer::{Durable, Writer, Writing};
