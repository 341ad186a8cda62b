//! Further connections, as the program makes them.

use crate::catalog::blocked;
use crate::conn;
use crate::deadline::{Seen, in_time_elsewhere};
use crate::error::{BoxError, Error, ErrorKind};
use futures_util::future::BoxFuture;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    made: Arc<Mutex<Made<'c>>>,
}

struct Made<'c> {
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
        let made = Made { connect: Box::new(connect), open: Vec::new() };
        Self { further: count.saturating_sub(1), made: Arc::new(Mutex::new(made)) }
    }

    /// Connections of one session, made as these are, which end with it.
    pub(crate) fn borrowed(&mut self) -> Connections<'_> {
        let Self { further, made } = self;
        let connect = Box::new(|| -> BoxFuture<'_, _> { (locked(made).connect)() });
        let made = Made { connect, open: Vec::new() };
        Connections { further: *further, made: Arc::new(Mutex::new(made)) }
    }

    /// Whether there may be any further ones.
    pub(crate) fn are_several(&self) -> bool {
        self.further > 0
    }

    /// All the further ones, opened if they are not.
    pub(crate) async fn all(&mut self) -> Result<Vec<Arc<dyn Link>>, Error> {
        loop {
            let connecting = {
                let mut made = locked(&self.made);
                made.open.retain(|link| !link.client().is_closed());
                if made.open.len() >= self.further {
                    return Ok(made.open.clone());
                }
                (made.connect)()
            };
            let action = "cannot open a further connection";
            let link = in_time_elsewhere("a further connection", connecting).await;
            let link = link.map_err(|failure| Error::server(failure, action))?;
            let failed = |source| Error::new(ErrorKind::WorkerConnect, action).caused_by(source);
            let link = link.map_err(failed)?;
            let mut made = locked(&self.made);
            // A lookout may have opened one meanwhile.
            if made.open.len() < self.further {
                made.open.push(link);
            }
        }
    }

    /// Returns what looks what the server does for the client's own.
    pub(crate) fn lookout(&self) -> Lookout<'c> {
        Lookout { further: self.further, made: Arc::clone(&self.made) }
    }
}

fn locked<'a, 'c>(made: &'a Mutex<Made<'c>>) -> MutexGuard<'a, Made<'c>> {
    made.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks, over a further connection, what the server does for the client's own.
#[derive(Clone)]
pub(crate) struct Lookout<'c> {
    further: usize,
    made: Arc<Mutex<Made<'c>>>,
}

impl<'c> Lookout<'c> {
    /// Looks what a process waits for: over a further connection that no rows go over, which is opened
    /// if there may be another; else it cannot.
    pub(crate) fn look(&self, process: i32) -> Option<BoxFuture<'c, Seen>> {
        let mut made = locked(&self.made);
        made.open.retain(|link| !link.client().is_closed());
        let idle = made.open.iter().find(|link| Arc::strong_count(link) == 1).cloned();
        let connecting = match &idle {
            None if made.open.len() >= self.further => return None,
            None => Some((made.connect)()),
            Some(_) => None,
        };
        drop(made);
        let Self { further, made } = self.clone();
        Some(Box::pin(async move {
            let opened = match connecting {
                Some(connecting) => connecting.await,
                None => idle.ok_or_else(|| "there is none".into()),
            };
            let link = match opened {
                Ok(link) => link,
                Err(error) => {
                    tracing::debug!(error, "no connection to look from");
                    return Seen::Nothing;
                }
            };
            let found = conn::look(link.client(), &blocked::sql(process)).await;
            {
                let mut made = locked(&made);
                let is_new = made.open.iter().all(|open| !Arc::ptr_eq(open, &link));
                if is_new && made.open.len() < further {
                    made.open.push(link);
                }
            }
            match found {
                Ok(messages) => blocked::read(&messages).map_or(Seen::Works, Seen::Waits),
                Err(error) => {
                    tracing::debug!(%error, "what is waited for cannot be seen");
                    Seen::Nothing
                }
            }
        }))
    }
}

impl fmt::Debug for Lookout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookout").field("further", &self.further).finish_non_exhaustive()
    }
}

impl fmt::Debug for Connections<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("further", &self.further).finish_non_exhaustive()
    }
}
