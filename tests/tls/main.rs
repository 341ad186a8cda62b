//! Ingests over TLS, on a server that takes no other connections, with each TLS library that people use.
//! `--features native-tls` adds the one that needs headers of the system.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod cancel;
mod gate;
mod server;
mod with;

/// Runs tests, which take a connector, with each TLS library.
macro_rules! with_each_library {
    ($($test:ident),* $(,)?) => {
        mod by_rustls {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::with::rustls()).await;
            })*
        }

        #[cfg(feature = "native-tls")]
        mod by_native_tls {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::with::native_tls()).await;
            })*
        }
    };
}
use with_each_library;
