#![doc = include_str!("../README.md")]

mod batch;
mod encoded;
mod error;
mod list;
mod matching;
mod number;
mod numeric;
mod pair;
mod row;
mod rows;
mod source;
mod stream;
mod text;
mod time;
mod write;

pub use error::{Error, ErrorKind};
pub use row::ArrowRow;
pub use rows::{ArrowRows, arrow_rows};
pub use source::IntoRecordBatch;
pub use stream::{ArrowRowStream, arrow_row_stream};
