//! The forms of what the closures given to an ingest may return: of batches and of rows alike.

/// Marks the forms, so that a trait can be implemented for each.
pub(super) mod by {
    #[derive(Debug)]
    pub struct One;
    #[derive(Debug)]
    pub struct Iterator;
    #[derive(Debug)]
    pub struct Collection;
    #[derive(Debug)]
    pub struct Stream;
    #[derive(Debug)]
    pub struct Fallible<By>(By);
    #[derive(Debug)]
    pub struct Future<By>(By);
}

/// Implements a trait for iterators, for collections, and for a `Result` of either. Not for every
/// `IntoIterator`: a `Result` is one, which forgets its error.
macro_rules! lists {
    ($of:ident::$into:ident; $({$($parameters:tt)*} $item:ty, $collection:ty;)*) => {
        #[diagnostic::do_not_recommend]
        impl<I: Iterator + Send> $of<by::Iterator> for I {
            type Item = I::Item;
            type Iter = I;

            fn $into(self) -> Result<I, BoxError> {
                Ok(self)
            }
        }

        $(impl<$($parameters)*> $of<by::Collection> for $collection {
            type Item = $item;
            type Iter = <Self as IntoIterator>::IntoIter;

            fn $into(self) -> Result<Self::Iter, BoxError> {
                Ok(self.into_iter())
            }
        })*

        impl<By, I, E> $of<by::Fallible<By>> for Result<I, E>
        where
            I: $of<By>,
            E: Into<BoxError> + Send,
        {
            type Item = I::Item;
            type Iter = I::Iter;

            fn $into(self) -> Result<I::Iter, BoxError> {
                self.map_err(Into::into)?.$into()
            }
        }
    };
}

/// Implements a trait for streams, and for futures of what it is implemented for. That for a `Result` is
/// written out: the compiler shows it to people, and of a macro it would show the inside.
macro_rules! streams {
    ($of:ident::$into:ident) => {
        #[diagnostic::do_not_recommend]
        impl<St: Stream + Send> $of<by::Stream> for St {
            type Item = St::Item;
            type Stream = St;

            async fn $into(self) -> Result<St, BoxError> {
                Ok(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<By, F: Future<Output: $of<By>> + Send> $of<by::Future<By>> for F {
            type Item = <F::Output as $of<By>>::Item;
            type Stream = <F::Output as $of<By>>::Stream;

            async fn $into(self) -> Result<Self::Stream, BoxError> {
                self.await.$into().await
            }
        }
    };
}

pub(super) use {lists, streams};
