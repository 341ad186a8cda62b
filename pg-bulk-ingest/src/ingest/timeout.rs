//! How long the server may take, and how it is asked to give up then.

use super::Ingest;
use crate::deadline::Canceler;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::table::IngestTables;
use std::time::Duration;
use tokio_postgres::Socket;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

impl<S: IngestTables + ?Sized, H> Ingest<'_, S, H> {
    /// How long the server may take: the longest that it may leave one statement unanswered, not
    /// take one chunk of rows, or that a [further connection](Self::connections) may take to open.
    /// Default: as long as it likes.
    ///
    /// The time that rows and batches take to come from their source is not counted, nor what hooks
    /// do, but for [`Created::execute`](crate::Created::execute). One statement may have a lot to do: it merges a batch, builds an index, counts the
    /// rows that [`Delete`](crate::Delete) deletes, or waits for another ingest of the table; the time has to be
    /// longer than the longest of these. [`Locks`](crate::Locks) have bounds of their own, which should be
    /// shorter.
    ///
    /// Afterwards the ingest ends with [`ErrorKind::Timeout`], or during COMMIT with
    /// [`ErrorKind::CommitUnknown`]. The server is asked, by connections of their own, to give up on each
    /// connection of the ingest; a `COPY` that waits for rows and a transaction that is left open are ended.
    /// These requests to cancel are sent without TLS, unless [`cancel_with`](Self::cancel_with) says how
    /// else. If the network is to blame none of this arrives: the server holds its locks until its own
    /// `tcp_keepalives_idle` or `tcp_user_timeout`, and the client is of no more use.
    ///
    /// It needs a tokio runtime whose time driver is enabled, as `#[tokio::main]` has it; in one
    /// without, tokio panics.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, Error, IngestTable, NoWatermark, ingest};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Row { id: i32 }
    /// # async fn run(client: &mut tokio_postgres::Client) -> Result<(), Error> {
    /// ingest::<Row>(client)
    ///     .timeout(std::time::Duration::from_secs(600))
    ///     .batches(|_: Option<NoWatermark>| Batch::new([Row { id: 7 }]))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Makes the connections over which the server is asked to give up after a [`timeout`](Self::timeout).
    /// Default: they are made without TLS.
    ///
    /// Give it the connector that the client was made with: `MakeRustlsConnect` of tokio-postgres-rustls,
    /// `MakeTlsConnector` of postgres-native-tls or postgres-openssl, or any other. It is also used for the
    /// [further connections](Self::connections) and those of [`reconnect`](crate::Inserter::reconnect), which have
    /// to be of the same server.
    ///
    /// It is needed with `sslmode=require`, by which tokio-postgres sends nothing without TLS, and where a proxy
    /// or a pooler before the server takes nothing without it. PostgreSQL itself takes a request to cancel
    /// without TLS, whatever its `pg_hba.conf` says.
    ///
    /// ```no_run
    /// # use pg_bulk_ingest::{Batch, IngestTable, NoWatermark, ingest};
    /// # use std::time::Duration;
    /// # use tokio_postgres::Socket;
    /// # use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
    /// # #[derive(IngestTable)]
    /// # #[ingest(table = "t")]
    /// # struct Row { id: i32 }
    /// # async fn run<T>(tls: T) -> Result<(), Box<dyn std::error::Error>>
    /// # where
    /// #     T: MakeTlsConnect<Socket> + Clone + Send + 'static,
    /// #     T::Stream: Send,
    /// #     T::TlsConnect: Send,
    /// #     <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    /// # {
    /// let url = "postgresql://db.internal/shop?sslmode=require";
    /// let (mut client, connection) = tokio_postgres::connect(url, tls.clone()).await?;
    /// tokio::spawn(connection);
    /// ingest::<Row>(&mut client)
    ///     .timeout(Duration::from_secs(600))
    ///     .cancel_with(tls)
    ///     .batches(|_: Option<NoWatermark>| Batch::new([Row { id: 7 }]))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancel_with<T>(mut self, connector: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Send + 'static,
        T::Stream: Send,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        self.settings.canceler = Canceler::new(connector);
        self
    }
}
