//! What an error says of itself.

use super::{Error, ErrorKind, find, transient};
use crate::ident::QualifiedName;
use tokio_postgres::error::{DbError, SqlState};

impl Error {
    /// What kind of error it is.
    ///
    /// ```
    /// # use pg_bulk_ingest::{Error, ErrorKind};
    /// fn report(error: &Error) {
    ///     match error.kind() {
    ///         ErrorKind::Locked { .. } => println!("somebody holds the table: try again later"),
    ///         ErrorKind::CannotMigrate { reasons } => println!("not without help: {reasons:?}"),
    ///         _ => println!("{error}"),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The table.
    ///
    /// ```
    /// # use pg_bulk_ingest::Error;
    /// fn report(error: &Error) {
    ///     if let Some(table) = error.table() {
    ///         println!("in table {table}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn table(&self) -> Option<&QualifiedName> {
        self.0.place.table.as_ref()
    }

    /// The batch, counted from 1 in this ingest.
    ///
    /// ```
    /// # use pg_bulk_ingest::Error;
    /// fn report(error: &Error) {
    ///     if let (Some(batch), Some(row)) = (error.batch(), error.row()) {
    ///         println!("at row {row} of batch {batch}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn batch(&self) -> Option<u64> {
        self.0.place.batch
    }

    /// The part of the batch, counted from 1, if its rows came in parts
    /// ([`Batch::parts`](crate::Batch::parts)) that were encoded at the same time.
    ///
    /// ```
    /// # use pg_bulk_ingest::Error;
    /// fn report(error: &Error) {
    ///     if let Some(part) = error.part() {
    ///         println!("in part {part}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn part(&self) -> Option<u64> {
        self.0.place.part
    }

    /// The row, counted from 1 among the rows of its table in the batch, or in the part.
    ///
    /// ```
    /// # use pg_bulk_ingest::Error;
    /// fn report(error: &Error) {
    ///     if let (Some(row), Some(column)) = (error.row(), error.column()) {
    ///         println!("row {row}, column {column}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn row(&self) -> Option<u64> {
        self.0.place.row
    }

    /// The column.
    ///
    /// ```
    /// # use pg_bulk_ingest::Error;
    /// fn report(error: &Error) {
    ///     if let Some(column) = error.column() {
    ///         println!("in column {column}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.0.place.column.as_deref()
    }

    /// The statement that the server refused, where it is one by which a table is made or changed. Of
    /// one that creates a table it has the column in question alone.
    ///
    /// ```
    /// # use pg_bulk_ingest::Error;
    /// fn report(error: &Error) {
    ///     if let Some(statement) = error.statement() {
    ///         println!("PostgreSQL refused: {statement}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn statement(&self) -> Option<&str> {
        self.0.place.statement.as_deref()
    }

    /// The SQLSTATE, if the server answered with an error.
    ///
    /// ```
    /// use pg_bulk_ingest::Error;
    /// use tokio_postgres::error::SqlState;
    ///
    /// fn is_out_of_disk(error: &Error) -> bool {
    ///     error.code() == Some(&SqlState::DISK_FULL)
    /// }
    /// ```
    #[must_use]
    pub fn code(&self) -> Option<&SqlState> {
        self.db_error().map(DbError::code)
    }

    /// Whether the same ingest may succeed when it is run again unchanged.
    ///
    /// True for a lost connection, a timeout, a lock that was not granted, another ingest of the
    /// table; and, where the server answered with an error, or the source of rows or the hook
    /// returned one of the server's, for these SQLSTATEs: class 08 (connection) but 08P01, class 53
    /// (connections, memory, disk) but 53400, 40001 (serialization), 40P01 (deadlock), 55P03 (lock),
    /// 55006 (object in use), 57014 (canceled), 57P01 to 57P03 (the server shuts down or starts up).
    /// A further connection that could not be opened counts too, unless the server refused it for
    /// another reason.
    ///
    /// False for everything else, [`ErrorKind::CommitUnknown`] among it: there the batch may be in
    /// the table already, and [`resolve`](Self::resolve) says whether it is. Bound how often you
    /// try again: a statement that is canceled by `statement_timeout` may be so each time.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Row { #[ingest(primary_key)] id: i32 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// for attempt in 1..=5 {
    ///     let rows = Batch::new([Row { id: 7 }]);
    ///     match ingest::<Row>(client).batches(|_: Option<NoWatermark>| rows).await {
    ///         Ok(_) => break,
    ///         Err(error) if attempt < 5 && error.is_transient() => {
    ///             tokio::time::sleep(std::time::Duration::from_secs(attempt)).await;
    ///         }
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_transient(&self) -> bool {
        transient::is_transient(self.kind(), self.code())
    }

    /// The server's error, if it answered with one. Its message, detail and context may hold values of
    /// rows.
    ///
    /// ```
    /// # use pg_bulk_ingest::Error;
    /// fn report(error: &Error) {
    ///     if let Some(constraint) = error.db_error().and_then(|error| error.constraint()) {
    ///         println!("constraint {constraint} is violated");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn db_error(&self) -> Option<&DbError> {
        find(self)
    }
}
