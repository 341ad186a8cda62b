#![doc = include_str!("docs/crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod batch;
mod carry;
mod catalog;
mod change;
mod comment;
mod compare;
mod conn;
mod connections;
mod copy;
mod deadline;
mod definition;
mod encode;
mod error;
mod execute;
mod finite;
mod fuzz;
mod hook;
mod ident;
mod ingest;
mod lock;
mod made;
mod merge;
mod options;
mod partition;
mod plan;
mod publish;
mod rejects;
mod report;
mod resolve;
mod session;
mod settings;
mod source;
mod statement;
mod table;
mod version;
mod views;
mod wait;
mod watermark;

pub use batch::{
    After, Batch, Deletes, IntoBatch, Iter, NoWatermark, Parts, Query, Streamed, TryIter, Watermark,
};
pub use change::Change;
pub use connections::Connection;
pub use definition::{
    Column, ColumnType, EnumType, Index, IndexKey, Kind, PartitionStrategy, Partitioning,
    Partitions, Period, Table,
};
#[cfg(feature = "hstore")]
pub use encode::HstoreValue;
pub use encode::filled::Filled;
#[doc(hidden)]
pub use encode::filled::value::*;
pub use encode::{
    Cell, IngestColumn, Json, Keyed, NoKey, NoVersion, RangeElement, RowEncoder, TargetType,
    ValueEncoder, ValueError, Written,
};
pub use error::{BoxError, Error, ErrorKind};
pub use futures_util::future::BoxFuture;
pub use hook::{BeforeVisible, Created, Hook, HookTable, NoHook, OnBeforeVisible};
pub use ident::QualifiedName;
pub use ingest::{
    Durable, Feed, Ingest, Inserter, Rows, Running, Writer, Writing, ingest, inserter,
};
pub use options::{
    Backoff, ColumnOrder, Cut, Delete, Fuse, HighWatermark, Linger, Locks, Migration, Overlap,
    Rejects, SetAside, Upsert, Versions, Visibility, Watermarks,
};
#[doc = include_str!("docs/ingest_column.md")]
pub use pg_bulk_ingest_derive::IngestColumn;
#[doc = include_str!("docs/ingest_enum.md")]
pub use pg_bulk_ingest_derive::IngestEnum;
#[doc = include_str!("docs/ingest_table.md")]
pub use pg_bulk_ingest_derive::IngestTable;
#[doc = include_str!("docs/ingest_tables.md")]
pub use pg_bulk_ingest_derive::IngestTables;
pub use report::{
    Kept, KeptKind, Phase, Plan, Progress, Rejected, Report, TableReport, VersionOutcome,
};
pub use resolve::Outcome;
pub use session::{Session, SessionBatch};
pub use source::{IntoBatchStream, IntoBatches, IntoRowStream, IntoRows, RowSource};
pub use statement::{Cost, LockMode, Statement};
pub use table::{IngestTable, IngestTables, Reserve, RowOf, Versioned};
pub use wait::Wait;

/// What the fuzzers and the tests of the same checks call, and nothing else does.
#[doc(hidden)]
pub mod __fuzz {
    pub use crate::fuzz::{comment, copy, quoted};
}

/// What `pg-bulk-ingest-arrow` writes cells by, and nothing else does.
#[doc(hidden)]
pub mod __columnar {
    pub use crate::encode::columnar::{
        MAX_DIMENSIONS, Unit, array, date, duration, json, null_array, numeric, numeric_of_digits,
        ragged, time, timestamp,
    };
}

/// What the derives' expansions name, and nothing else does.
#[doc(hidden)]
pub mod __private {
    pub use crate::definition::{
        Column, ColumnType, EnumType, FieldType, Flatten, Flattened, Index, IndexKey, Part,
        PartitionStrategy, Partitioning, Partitions, Period, Stamp, Table, flatten_problem,
    };
    pub use crate::encode::{
        Cell, ColumnFallback, ColumnField, IngestColumn, JsonFallback, JsonField, Keyed, NoKey,
        NoVersion, RowEncoder, Shape, ToSqlColumn, ValueEncoder, ValueError, Written,
    };
    pub use crate::table::{FlattenedTable, IngestTable, IngestTables, Reserve, RowOf, Versioned};
    pub use serde::Serialize;
    pub use tokio_postgres::types::ToSql;
}
