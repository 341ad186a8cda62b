//! Hooks: functions of the user's that run in a batch's transaction, once a table is created, or just before its
//! rows are visible.

mod created;

pub use created::Created;
pub(crate) use created::{HOOK, OnCreate, TableParameter};

use crate::error::BoxError;
use crate::ident::QualifiedName;
use futures_util::future::BoxFuture;
use std::fmt;
use tokio_postgres::Transaction;

/// What the hook is given.
#[non_exhaustive]
pub struct BeforeVisible<'v, M> {
    /// The batch's transaction: what is written by it becomes visible with the batch's rows, or not
    /// at all. It must not be ended.
    pub transaction: &'v Transaction<'v>,
    /// The tables, in the order of [`IngestTables::TABLES`](crate::IngestTables::TABLES).
    pub tables: &'v [HookTable],
    /// The batch's metadata.
    pub metadata: M,
}

impl<M: fmt::Debug> fmt::Debug for BeforeVisible<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BeforeVisible")
            .field("tables", &self.tables)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

/// A table as the hook finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookTable {
    /// The table's name once the batch is visible.
    pub name: QualifiedName,
    /// The name of the table that has the batch's rows now: another one if the table is going to
    /// replace the live one, the same otherwise.
    pub loaded_as: QualifiedName,
}

/// A hook as an ingest holds it; [`NoHook`] if there is none.
///
/// This trait is sealed: a hook is a closure given to
/// [`on_before_visible`](crate::Ingest::on_before_visible).
pub trait Hook<M>: sealed::Sealed + Send {
    /// Whether there is a hook.
    #[doc(hidden)]
    const EXISTS: bool = true;

    #[doc(hidden)]
    fn call<'v>(
        &'v mut self,
        before: BeforeVisible<'v, M>,
    ) -> Option<BoxFuture<'v, Result<(), BoxError>>>;
}

/// No hook.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHook;

impl<M> Hook<M> for NoHook {
    const EXISTS: bool = false;

    fn call<'v>(
        &'v mut self,
        _before: BeforeVisible<'v, M>,
    ) -> Option<BoxFuture<'v, Result<(), BoxError>>> {
        None
    }
}

type Call<'c, M> =
    dyn for<'v> FnMut(BeforeVisible<'v, M>) -> BoxFuture<'v, Result<(), BoxError>> + Send + 'c;

/// A hook for batches whose metadata is of type `M`.
pub struct OnBeforeVisible<'c, M>(pub(crate) Box<Call<'c, M>>);

impl<M> fmt::Debug for OnBeforeVisible<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnBeforeVisible")
    }
}

impl<M> Hook<M> for OnBeforeVisible<'_, M> {
    fn call<'v>(
        &'v mut self,
        before: BeforeVisible<'v, M>,
    ) -> Option<BoxFuture<'v, Result<(), BoxError>>> {
        Some((self.0)(before))
    }
}

/// A hook of several sessions one after the other.
impl<M, H: Hook<M>> Hook<M> for &mut H {
    const EXISTS: bool = H::EXISTS;

    fn call<'v>(
        &'v mut self,
        before: BeforeVisible<'v, M>,
    ) -> Option<BoxFuture<'v, Result<(), BoxError>>> {
        H::call(self, before)
    }
}

mod sealed {
    pub trait Sealed {}
    impl<H: Sealed> Sealed for &mut H {}
    impl Sealed for super::NoHook {}
    impl<M> Sealed for super::OnBeforeVisible<'_, M> {}
}
