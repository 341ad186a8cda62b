//! What a table shall be: the values that `#[derive(IngestTable)]` makes of a struct.
//!
//! A definition is a constant: it is built when the struct is compiled, holds no reference to a
//! server, and is compared with the live table when an ingest starts.

mod builtin;
mod column;
mod enum_type;
mod field_type;
mod filling;
mod flatten;
mod index;
mod kind;
mod partitioning;
mod stamp;
mod table;

pub(crate) use builtin::canonical;
pub use column::{Column, ColumnType};
pub use enum_type::EnumType;
pub use field_type::FieldType;
pub(crate) use filling::Filling;
pub use flatten::{Flatten, Flattened, Part, problem as flatten_problem};
pub use index::{Index, IndexKey};
pub use kind::Kind;
pub use partitioning::{PartitionStrategy, Partitioning, Partitions, Period};
pub use stamp::Stamp;
pub use table::Table;
