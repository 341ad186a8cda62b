//! Batches as they are given to an ingest: rows, a high watermark, metadata.

use crate::error::BoxError;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny};
use serde::ser::{Serialize, Serializer};
use std::marker::PhantomData;
use tokio_postgres::types::ToSql;

/// A high watermark: a value that is stored with the rows, as JSON through serde, and says where the
/// next ingest begins. It is implemented for every type that has what this takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a high watermark",
    label = "not a high watermark",
    note = "a high watermark is `Clone`, `serde::Serialize`, `serde::de::DeserializeOwned`, `Send` and \
            `Sync`: derive these, `#[derive(Clone, Serialize, Deserialize)]`",
    note = "batches that have none: `Option<NoWatermark>`"
)]
pub trait Watermark: Clone + Serialize + DeserializeOwned + Send + Sync {}

#[diagnostic::do_not_recommend]
impl<W: Clone + Serialize + DeserializeOwned + Send + Sync> Watermark for W {}

/// The type of the high watermark of batches that have none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoWatermark;

impl NoWatermark {
    /// Whether high watermarks of a type are none.
    pub(crate) fn is<W>() -> bool {
        std::any::type_name::<W>() == std::any::type_name::<Self>()
    }
}

/// Whatever is stored, it is not looked at.
impl<'de> Deserialize<'de> for NoWatermark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

/// It is never stored; if it were, as `null`.
impl Serialize for NoWatermark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// A batch: rows that become visible at once, in one transaction.
///
/// ```
/// use pg_bulk_ingest::Batch;
///
/// let rows = vec![1, 2, 3]; // of a type that is a row, in earnest
/// let batch = Batch::new(rows).high_watermark("2014-07-31").metadata("from the archive");
/// ```
#[derive(Debug, Clone)]
#[must_use = "a batch does nothing unless an ingest gets it"]
pub struct Batch<Rows, W = NoWatermark, M = ()> {
    pub(crate) rows: Rows,
    pub(crate) high_watermark: Option<W>,
    pub(crate) metadata: M,
}

impl<I: IntoIterator> Batch<Iter<I>> {
    /// A batch of rows, of references to rows, or of `Result`s of either. An error among these rolls the
    /// batch back and ends the ingest with [`ErrorKind::Source`](crate::ErrorKind::Source).
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    ///
    /// let rows = vec![1, 2, 3]; // rows of a table, that is
    /// let batch = Batch::new(&rows).high_watermark(3);
    /// # let _ = batch;
    /// ```
    pub fn new(rows: I) -> Self {
        Self { rows: Iter(rows), high_watermark: None, metadata: () }
    }
}

impl<I: IntoIterator> Batch<Deletes<'_, I>> {
    /// A batch of the keys whose rows are to be deleted, and of no rows: a key of the
    /// [borrowed form](crate::Keyed::Key) for each. Of keys that no row has
    /// [`missing`](crate::TableReport::missing) is counted. For deletes among rows see
    /// [`Change`](crate::Change).
    ///
    /// The table needs a key ([`Keyed`](crate::Keyed)) and
    /// [`Upsert::IfPrimaryKey`](crate::Upsert::IfPrimaryKey), the default; the role needs DELETE and SELECT on
    /// it.
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    ///
    /// let batch = Batch::deletes([7, 8]);
    /// # let _ = batch;
    /// ```
    pub fn deletes(keys: I) -> Self {
        Self { rows: Deletes(keys, PhantomData), high_watermark: None, metadata: () }
    }
}

impl<'q> Batch<Query<'q>> {
    /// A batch of the rows that a query on the same server returns, with these values of its parameters
    /// `$1`, `$2`, …. None of them comes to the program: they go by `INSERT … SELECT` into the table, or into
    /// the temporary table from which they are merged; they are counted, hooked, deleted before and stored a
    /// high watermark for as any others.
    ///
    /// The query returns the columns that rows of the table come with, by their names, in any order, and of
    /// their types ([`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), before it runs); a modifier, as
    /// of `varchar(8)`, is applied as by INSERT. Fields marked `text` cannot be taken. Of rows with equal keys the
    /// last that it returns stays: give an ORDER BY. It runs in the batch's transaction, READ COMMITTED, as the
    /// session's role and under its `search_path`.
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    /// use tokio_postgres::types::ToSql;
    ///
    /// let day = "2026-01-31";
    /// let parameters: [&(dyn ToSql + Sync); 1] = [&day];
    /// let batch = Batch::query(
    ///     "SELECT id, value FROM raw.readings WHERE day = $1::text::date ORDER BY id",
    ///     &parameters,
    /// );
    /// # let _ = batch;
    /// ```
    pub fn query(sql: impl Into<String>, parameters: &'q [&'q (dyn ToSql + Sync)]) -> Self {
        let rows = Query { sql: sql.into(), parameters };
        Self { rows, high_watermark: None, metadata: () }
    }
}

impl<Rows, W> Batch<Rows, W> {
    /// A batch whose high watermark comes of its rows.
    pub(crate) fn of(rows: Rows) -> Self {
        Self { rows, high_watermark: None, metadata: () }
    }
}

impl<I: IntoIterator> Batch<Parts<I>> {
    /// A batch of rows that come in parts, for programs whose own rows are the limit: the parts are
    /// made and encoded at the same time, on as many threads as there are processors, and 8 at most.
    /// The thread that polls the ingest waits for them, as it would encode the rows itself.
    ///
    /// The rows of each part are in its order, and those of later parts count as later arrivals: of
    /// rows with equal keys the last of the last part stays. An error says the part of its row
    /// ([`Error::part`](crate::Error::part)).
    ///
    /// In sets of several tables, and in the first load of a table that is merged on its key, the
    /// parts go one after the other.
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    ///
    /// let (january, february) = (1..=31, 32..=59); // each makes rows
    /// let batch = Batch::parts([january, february]).high_watermark("2026-02");
    /// # let _ = batch;
    /// ```
    pub fn parts(parts: impl IntoIterator<Item = I>) -> Self {
        let rows = Parts(parts.into_iter().collect());
        Self { rows, high_watermark: None, metadata: () }
    }
}

impl<I: IntoIterator<Item = Result<R, E>>, R, E> Batch<TryIter<I>> {
    /// A batch of rows each of which may be an error instead, as [`new`](Self::new) takes them as well;
    /// this says so to the compiler, where it does not know the type of the rows.
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    ///
    /// // Each line is a row, or an error of the parser.
    /// let lines = "1\n2\nthree".lines().map(str::parse::<i64>);
    /// let batch = Batch::try_new(lines).high_watermark(1);
    /// # let _ = batch;
    /// ```
    pub fn try_new(rows: I) -> Self {
        Self { rows: TryIter(rows), high_watermark: None, metadata: () }
    }
}

impl<St: futures_util::Stream> Batch<Streamed<St>> {
    /// A batch of rows, or of `Result`s of rows, that come as a stream. An error rolls the batch back and
    /// ends the ingest with [`ErrorKind::Source`](crate::ErrorKind::Source).
    ///
    /// ```
    /// use futures_util::stream;
    /// use pg_bulk_ingest::Batch;
    ///
    /// let rows = stream::iter([1, 2, 3]);
    /// let batch = Batch::stream(rows).high_watermark(3);
    /// # let _ = batch;
    /// ```
    pub fn stream(rows: St) -> Self {
        Self { rows: Streamed(rows), high_watermark: None, metadata: () }
    }
}

impl<Rows, M> Batch<Rows, NoWatermark, M> {
    /// Gives the batch a high watermark, which is stored with the rows, in the batch's transaction.
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    ///
    /// let batch = Batch::new([1, 2, 3]).high_watermark("events-0042.json");
    /// # let _ = batch;
    /// ```
    pub fn high_watermark<W>(self, high_watermark: W) -> Batch<Rows, W, M> {
        let Self { rows, metadata, .. } = self;
        Batch { rows, high_watermark: Some(high_watermark), metadata }
    }

    /// Gives the batch a high watermark that is computed when its rows have been consumed.
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    /// use std::cell::Cell;
    ///
    /// let last = Cell::new(0);
    /// let rows = (1..=3).inspect(|id| last.set(*id));
    /// let batch = Batch::new(rows).high_watermark_after(|| last.get());
    /// # let _ = batch;
    /// ```
    pub fn high_watermark_after<W, F: FnOnce() -> W>(self, f: F) -> Batch<After<Rows, F>, W, M> {
        let Self { rows, metadata, .. } = self;
        Batch { rows: After { rows, high_watermark: f }, high_watermark: None, metadata }
    }

    /// Makes it one of batches that have high watermarks of type `W`; this one leaves the stored
    /// one as it is.
    ///
    /// ```
    /// use pg_bulk_ingest::{Batch, Iter};
    ///
    /// let batch = Batch::new(vec![1, 2, 3]).without_high_watermark::<i64>();
    /// let batches: Vec<Batch<_, i64>> = vec![batch, Batch::new(vec![4]).high_watermark(4)];
    /// # let _ = batches;
    /// ```
    pub fn without_high_watermark<W>(self) -> Batch<Rows, W, M> {
        let Self { rows, metadata, .. } = self;
        Batch { rows, high_watermark: None, metadata }
    }
}

impl<Rows, W> Batch<Rows, W> {
    /// Gives the batch metadata, which the hook gets.
    ///
    /// ```
    /// use pg_bulk_ingest::Batch;
    ///
    /// let batch = Batch::new([1, 2, 3]).high_watermark(3).metadata("events-0042.json");
    /// # let _ = batch;
    /// ```
    pub fn metadata<M>(self, metadata: M) -> Batch<Rows, W, M> {
        let Self { rows, high_watermark, .. } = self;
        Batch { rows, high_watermark, metadata }
    }
}

/// Rows in parts: see [`Batch::parts`].
#[derive(Debug, Clone)]
pub struct Parts<I>(pub(crate) Vec<I>);

/// The rows of a query: see [`Batch::query`].
#[derive(Debug, Clone)]
pub struct Query<'q> {
    pub(crate) sql: String,
    pub(crate) parameters: &'q [&'q (dyn ToSql + Sync)],
}

/// Keys whose rows are to be deleted: see [`Batch::deletes`].
#[derive(Debug, Clone)]
pub struct Deletes<'k, I>(pub(crate) I, PhantomData<&'k ()>);

/// Rows from an iterator: see [`Batch::new`].
#[derive(Debug, Clone)]
pub struct Iter<I>(pub(crate) I);

/// Rows, or errors, from an iterator: see [`Batch::try_new`].
#[derive(Debug, Clone)]
pub struct TryIter<I>(pub(crate) I);

/// Rows, or errors, from a stream: see [`Batch::stream`].
#[derive(Debug, Clone)]
pub struct Streamed<St>(pub(crate) St);

/// Rows, and what computes the high watermark once they are consumed: see
/// [`Batch::high_watermark_after`].
#[derive(Debug, Clone)]
pub struct After<Rows, F> {
    pub(crate) rows: Rows,
    pub(crate) high_watermark: F,
}

/// What an ingest takes as a batch: a [`Batch`], or a `Result` of one, whose error ends the ingest
/// with [`ErrorKind::Source`](crate::ErrorKind::Source).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a batch",
    label = "not a batch",
    note = "make it by `Batch::new(rows)` or `Batch::stream(stream)`"
)]
pub trait IntoBatch: Send {
    /// The rows.
    type Rows: Send;
    /// The type of the high watermark.
    type Watermark: Send;
    /// The type of the metadata.
    type Metadata: Send;

    /// The batch.
    ///
    /// # Errors
    ///
    /// Instead of a batch there is an error.
    fn into_batch(self) -> Result<Batch<Self::Rows, Self::Watermark, Self::Metadata>, BoxError>;
}

impl<Rows: Send, W: Send, M: Send> IntoBatch for Batch<Rows, W, M> {
    type Rows = Rows;
    type Watermark = W;
    type Metadata = M;

    fn into_batch(self) -> Result<Self, BoxError> {
        Ok(self)
    }
}

impl<B: IntoBatch, E: Into<BoxError> + Send> IntoBatch for Result<B, E> {
    type Rows = B::Rows;
    type Watermark = B::Watermark;
    type Metadata = B::Metadata;

    fn into_batch(self) -> Result<Batch<B::Rows, B::Watermark, B::Metadata>, BoxError> {
        self.map_err(Into::into)?.into_batch()
    }
}
