//! Rows that are set aside rather than failing their batch.

use crate::report::Rejected;
use std::fmt;

/// What is called with each row that is set aside.
pub(crate) type OnRejected<'c> = Box<dyn FnMut(&Rejected) + Send + 'c>;

/// Which rows are set aside, how many, and who is told: see [`Ingest::set_aside`](crate::Ingest::set_aside).
#[derive(Debug)]
pub struct SetAside<'c> {
    /// How many rows of one batch may be set aside: 1,000.
    pub at_most: u64,
    /// Which share of the rows of one batch may be set aside, between 0 and 1, rounded up to a whole row:
    /// 0.001. With it, one row of any batch may. For no bound but `at_most`: 1.
    pub share: f64,
    /// Whether the errors that a source returns instead of rows are set aside too: they are not.
    pub source_errors: bool,
    /// Where rows that are set aside go besides the report: nowhere. [`Rejects::table`] keeps them in a table.
    pub into: Rejects<'c>,
}

impl Default for SetAside<'_> {
    fn default() -> Self {
        Self { at_most: 1_000, share: 0.001, source_errors: false, into: Rejects::report() }
    }
}

/// Where rows that are set aside go.
#[must_use]
pub struct Rejects<'c>(Place<'c>);

enum Place<'c> {
    Report,
    Call(OnRejected<'c>),
    Table,
}

impl<'c> Rejects<'c> {
    /// Into the report alone ([`Report::rejects`](crate::Report::rejects)).
    ///
    /// ```
    /// use pg_bulk_ingest::{Rejects, SetAside};
    ///
    /// let set_aside = SetAside { into: Rejects::report(), ..SetAside::default() };
    /// # let _ = set_aside;
    /// ```
    pub fn report() -> Self {
        Self(Place::Report)
    }

    /// Into the report, and to a function, which is called with each row that a batch sets aside, just
    /// before the batch is committed.
    ///
    /// If the COMMIT fails, the rows were told of all the same: the ingest that is run again tells of them
    /// once more. With [`AfterLastBatch`](crate::Visibility::AfterLastBatch) it is called when each batch is
    /// complete. A panic of the function rolls the batch back.
    ///
    /// ```
    /// use pg_bulk_ingest::{Rejects, SetAside};
    ///
    /// let into = Rejects::call(|rejected| eprintln!("{rejected}"));
    /// let set_aside = SetAside { into, ..SetAside::default() };
    /// # let _ = set_aside;
    /// ```
    pub fn call(f: impl FnMut(&Rejected) + Send + 'c) -> Self {
        Self(Place::Call(Box::new(f)))
    }

    /// Into the report, and into a table, in the transaction of the batch: both are committed, or neither.
    ///
    /// Those of a table `orders` go into `orders_rejected`, in the same schema; a name that would be longer
    /// than 63 bytes is cut, and has a digest. It is created with the first row that is set aside, by the
    /// role of the connection, which needs `CREATE` on the schema until then, and `INSERT` on it from then
    /// on; both are looked at before the first batch. Whoever could read the whole table at that time may
    /// read it, but for those to whom row-level security applies. It is only added to: delete from it
    /// what is dealt with.
    ///
    /// | column | type | |
    /// |---|---|---|
    /// | `batch` | bigint | the batch, counted from 1 in its ingest |
    /// | `row_number` | bigint | the row, counted from 1 among the rows of its table in the batch |
    /// | `column_name` | text | the column, if one is known |
    /// | `sqlstate` | text | PostgreSQL's SQLSTATE, if it was PostgreSQL that refused the row |
    /// | `reason` | text | why it was set aside |
    /// | `row` | jsonb | the row, by the names of its columns, as `to_jsonb` prints it; NULL if it did not reach the server: it could not be encoded, or the source returned an error instead |
    /// | `source` | text | the ingest's [`source`](crate::Ingest::source) |
    /// | `at` | timestamptz | when the transaction began |
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, BoxError, IngestTable, Rejects, SetAside, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "orders")]
    /// # struct Order { #[ingest(primary_key)] id: i64 }
    /// # async fn load(client: &mut tokio_postgres::Client, orders: Vec<Order>) -> Result<(), BoxError> {
    /// ingest::<Order>(client)
    ///     .set_aside(SetAside { into: Rejects::table(), ..SetAside::default() })
    ///     .batches(|_| Batch::new(orders))
    ///     .await?;
    /// let refused = client.query("SELECT reason, row FROM orders_rejected", &[]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn table() -> Self {
        Self(Place::Table)
    }

    pub(crate) fn into_call(self) -> Option<OnRejected<'c>> {
        match self.0 {
            Place::Call(call) => Some(call),
            Place::Report | Place::Table => None,
        }
    }
}

impl fmt::Debug for Rejects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Place::Report => "Rejects::report",
            Place::Call(_) => "Rejects::call",
            Place::Table => "Rejects::table",
        })
    }
}

/// How many rows of a batch may be set aside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) at_most: u64,
    share: f64,
    pub(crate) source_errors: bool,
    /// Whether the rows go into a table.
    pub(crate) in_table: bool,
}

impl Budget {
    pub(crate) fn of(set_aside: &SetAside<'_>) -> Self {
        let SetAside { at_most, share, source_errors, .. } = *set_aside;
        let in_table = matches!(set_aside.into.0, Place::Table);
        Self { at_most, share, source_errors, in_table }
    }

    /// How many of so many rows may be set aside.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of rows is far below 2^53, and casts saturate; NaN is 0"
    )]
    pub(crate) fn allows(&self, rows: u64) -> u64 {
        self.at_most.min((rows as f64 * self.share).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, SetAside};

    #[test]
    fn a_share_is_rounded_up_and_has_a_bound() {
        let allows = |share, rows| {
            Budget::of(&SetAside { share, at_most: 10, ..SetAside::default() }).allows(rows)
        };
        let expected = [(0.001, 0, 0), (0.001, 1, 1), (0.001, 1_000, 1), (0.001, 1_001, 2)];
        let odd =
            [(1.0, 11, 10), (0.0, 9, 0), (-1.0, 9, 0), (f64::NAN, 9, 0), (f64::INFINITY, 9, 10)];
        for (share, rows, allowed) in expected.into_iter().chain(odd) {
            assert_eq!(allows(share, rows), allowed, "{share} of {rows}");
        }
    }
}
