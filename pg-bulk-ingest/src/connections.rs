//! Further connections, as the program makes them.

use crate::deadline::in_time_elsewhere;
use crate::error::{BoxError, Error, ErrorKind};
use futures_util::future::BoxFuture;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use tokio_postgres::Client;

/// What a further connection may be: a [`Client`], or whatever derefs to one, directly or through
/// one more layer, as the objects of connection pools do.
///
/// This trait is sealed. `By` is inferred: it tells the three apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no connection",
    label = "neither a `tokio_postgres::Client` nor something that derefs to one",
    note = "the closure given to `connections` answers a `tokio_postgres::Client`, or the object \
            of a connection pool that derefs to it; it is `Send`, `Sync` and `'static`"
)]
pub trait Connection<By>: sealed::Sealed<By> + Send + Sync + 'static {
    #[doc(hidden)]
    fn client(&self) -> &Client;
}

/// Marks the ways in which something is a [`Connection`].
mod by {
    #[derive(Debug)]
    pub struct Itself;
    #[derive(Debug)]
    pub struct Deref;
    #[derive(Debug)]
    pub struct DerefTwice;
}

mod sealed {
    pub trait Sealed<By> {}
}

impl sealed::Sealed<by::Itself> for Client {}
impl Connection<by::Itself> for Client {
    fn client(&self) -> &Client {
        self
    }
}

impl<P: Deref<Target = Client>> sealed::Sealed<by::Deref> for P {}
impl<P: Deref<Target = Client> + Send + Sync + 'static> Connection<by::Deref> for P {
    fn client(&self) -> &Client {
        self
    }
}

impl<P: Deref<Target: Deref<Target = Client>>> sealed::Sealed<by::DerefTwice> for P {}
impl<P> Connection<by::DerefTwice> for P
where
    P: Deref<Target: Deref<Target = Client>> + Send + Sync + 'static,
{
    fn client(&self) -> &Client {
        self
    }
}

/// A further connection.
pub(crate) trait Link: Send + Sync {
    fn client(&self) -> &Client;
}

/// A connection that is one in this way.
struct Held<C, By> {
    connection: C,
    by: std::marker::PhantomData<fn(By)>,
}

impl<By: 'static, C: Connection<By>> Link for Held<C, By> {
    fn client(&self) -> &Client {
        self.connection.client()
    }
}

type Connect<'c> = dyn FnMut() -> BoxFuture<'c, Result<Arc<dyn Link>, BoxError>> + Send + 'c;

/// How many connections a batch may use, and how further ones are made.
pub(crate) struct Connections<'c> {
    further: usize,
    connect: Box<Connect<'c>>,
    open: Vec<Arc<dyn Link>>,
}

impl<'c> Connections<'c> {
    pub(crate) fn new<C, By, E, F, Fut>(count: usize, mut connect: F) -> Self
    where
        By: 'static,
        C: Connection<By>,
        E: Into<BoxError>,
        F: FnMut() -> Fut + Send + 'c,
        Fut: Future<Output = Result<C, E>> + Send + 'c,
    {
        let connect = move || -> BoxFuture<'c, _> {
            let connecting = connect();
            Box::pin(async move {
                let connection = connecting.await.map_err(Into::into)?;
                let held = Held { connection, by: std::marker::PhantomData };
                Ok(Arc::new(held) as Arc<dyn Link>)
            })
        };
        Self { further: count.saturating_sub(1), connect: Box::new(connect), open: Vec::new() }
    }

    /// Whether there may be any further ones.
    pub(crate) fn are_several(&self) -> bool {
        self.further > 0
    }

    /// All the further ones, opened if they are not.
    pub(crate) async fn all(&mut self) -> Result<Vec<Arc<dyn Link>>, Error> {
        self.open.retain(|link| !link.client().is_closed());
        while self.open.len() < self.further {
            let action = "cannot open a further connection";
            let link = in_time_elsewhere((self.connect)()).await;
            let link = link.map_err(|failure| Error::server(failure, action))?;
            let failed = |source| Error::new(ErrorKind::Connect, action).caused_by(source);
            self.open.push(link.map_err(failed)?);
        }
        Ok(self.open.clone())
    }
}

impl fmt::Debug for Connections<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("further", &self.further).finish_non_exhaustive()
    }
}
