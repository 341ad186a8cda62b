//! The request to cancel a statement, over whatever connection the server takes it.

use futures_util::future::BoxFuture;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{CancelToken, NoTls, Socket};

/// Sends requests to cancel a statement, each over a connection of its own. Default: without TLS.
#[derive(Clone, Default)]
pub(crate) struct Canceler(Option<Arc<dyn Cancel>>);

impl Canceler {
    /// Sends them over connections that this connector makes.
    pub(crate) fn new<T>(connector: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Send + 'static,
        T::Stream: Send,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        Self(Some(Arc::new(Over(Mutex::new(connector)))))
    }

    /// Asks the server of a connection to give up what it does for it.
    pub(super) async fn cancel(&self, token: &CancelToken) -> Result<(), tokio_postgres::Error> {
        match &self.0 {
            Some(cancel) => cancel.cancel(token).await,
            None => token.cancel_query(NoTls).await,
        }
    }
}

impl fmt::Debug for Canceler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Canceler").field(&self.0.is_some()).finish()
    }
}

/// A connector of any type.
trait Cancel: Send + Sync {
    fn cancel<'a>(
        &'a self,
        token: &'a CancelToken,
    ) -> BoxFuture<'a, Result<(), tokio_postgres::Error>>;
}

struct Over<T>(Mutex<T>);

impl<T> Cancel for Over<T>
where
    T: MakeTlsConnect<Socket> + Send,
    T::Stream: Send,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    fn cancel<'a>(
        &'a self,
        token: &'a CancelToken,
    ) -> BoxFuture<'a, Result<(), tokio_postgres::Error>> {
        Box::pin(token.cancel_query(Shared(&self.0)))
    }
}

/// A connector that is asked for one connection, and stays for the next: not every one can be cloned.
struct Shared<'a, T>(&'a Mutex<T>);

impl<T: MakeTlsConnect<Socket>> MakeTlsConnect<Socket> for Shared<'_, T> {
    type Stream = T::Stream;
    type TlsConnect = T::TlsConnect;
    type Error = T::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<T::TlsConnect, T::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).make_tls_connect(host)
    }
}
