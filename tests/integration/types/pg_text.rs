//! Values as the text that PostgreSQL reads, written apart from the encoders.

mod array;
mod datetime;
mod json;
mod range;

pub(super) use array::quoted;
pub(super) use datetime::interval;

use bytes::Bytes;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;
use std::sync::Arc;
use uuid::Uuid;

/// A value as text.
pub(super) trait PgText {
    /// Whether it is an array, whose text is not quoted within another array.
    const ARRAY: bool = false;

    /// The text; `None` for NULL.
    fn pg_text(&self) -> Option<String>;
}

/// A row as text.
pub(super) trait Cells {
    /// The texts of its columns but for the first, the row's number.
    fn cells(&self) -> Vec<Option<String>>;
}

macro_rules! displayed {
    ($($rust:ty),*) => {$(
        impl PgText for $rust {
            fn pg_text(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}

displayed!(bool, i8, i16, i32, i64, u16, u32, u64);
displayed!(str, String, char, Uuid, IpAddr, Ipv4Addr, Ipv6Addr);

macro_rules! floating {
    ($($rust:ty),*) => {$(
        impl PgText for $rust {
            fn pg_text(&self) -> Option<String> {
                Some(match *self {
                    Self::INFINITY => "Infinity".to_owned(),
                    Self::NEG_INFINITY => "-Infinity".to_owned(),
                    number if number.is_nan() => "NaN".to_owned(),
                    // the fewest digits that tell it from every other number
                    number => format!("{number:e}"),
                })
            }
        }
    )*};
}

floating!(f32, f64);

impl PgText for [u8] {
    fn pg_text(&self) -> Option<String> {
        let digits = self.iter().map(|byte| format!("{byte:02x}"));
        Some(format!("\\x{}", digits.collect::<String>()))
    }
}

macro_rules! bytes {
    ($({$($parameters:tt)*} $rust:ty;)*) => {$(
        impl<$($parameters)*> PgText for $rust {
            fn pg_text(&self) -> Option<String> {
                self[..].pg_text()
            }
        }
    )*};
}

bytes! {
    {} Vec<u8>;
    {} Bytes;
    {const N: usize} [u8; N];
}

impl<T: PgText> PgText for Option<T> {
    const ARRAY: bool = T::ARRAY;

    fn pg_text(&self) -> Option<String> {
        self.as_ref().and_then(T::pg_text)
    }
}

macro_rules! pointers {
    ($({$($parameters:tt)*} $pointer:ty;)*) => {$(
        impl<$($parameters)*> PgText for $pointer {
            const ARRAY: bool = T::ARRAY;

            fn pg_text(&self) -> Option<String> {
                T::pg_text(self)
            }
        }
    )*};
}

pointers! {
    {T: PgText + ?Sized} &T;
    {T: PgText + ?Sized} Box<T>;
    {T: PgText + ?Sized} Rc<T>;
    {T: PgText + ?Sized} Arc<T>;
    {T: PgText + ToOwned + ?Sized} Cow<'_, T>;
}
