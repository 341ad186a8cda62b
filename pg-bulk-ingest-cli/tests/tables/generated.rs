//! The structs that were printed. They are compiled as they are.

macro_rules! generated {
    ($($name:ident)*) => {$(
        #[allow(dead_code, unreachable_pub, clippy::doc_markdown)]
        pub mod $name {
            include!(concat!("printed/", stringify!($name), ".rs"));
        }
    )*};
}

generated!(from_10 from_12 from_15 from_18 pagila files);
