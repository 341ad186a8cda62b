//! Record batches as rows, on a real server.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, missing_docs)]

mod alike;
mod arrays;
mod files;
mod lists;
mod mismatch;
mod pairs;
mod refused;
mod ways;

use arrow_array::{Array, ArrayRef, RecordBatch};
use std::sync::Arc;

/// A record batch of columns that may all be NULL.
fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}
