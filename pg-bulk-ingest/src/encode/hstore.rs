//! `hstore`, of the extension of that name: maps of text to text that may be NULL.

use super::text::nul;
use super::{Cell, IngestColumn, NoKey, ValueEncoder, ValueError, Written};
use crate::definition::{ColumnType, Kind};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a value of a map may be that is a column of type `hstore`: text, or an `Option` of text,
/// `None` being NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of hstore",
    note = "hstore's values are text, or `Option` of text",
    note = "mark the field `#[ingest(json)]` to store the map as jsonb, if it implements \
            `serde::Serialize`"
)]
pub trait HstoreValue {
    /// The text; `None` for NULL.
    fn text(&self) -> Option<&str>;
}

impl<T: AsRef<str>> HstoreValue for Option<T> {
    #[inline]
    fn text(&self) -> Option<&str> {
        self.as_ref().map(T::as_ref)
    }
}

macro_rules! texts {
    ($($rust:ty),*) => {$(
        impl HstoreValue for $rust {
            #[inline]
            fn text(&self) -> Option<&str> {
                Some(self)
            }
        }
    )*};
}

texts!(str, String, &str, Cow<'_, str>, Box<str>, Arc<str>);

macro_rules! maps {
    ($({$($parameters:tt)*} $map:ty;)*) => {$(
        impl<K: AsRef<str>, V: HstoreValue, $($parameters)*> IngestColumn for $map {
            type Key<'k> = NoKey;
            const TYPE: ColumnType = ColumnType::new(Kind::Hstore);

            #[inline]
            fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
                let Ok(count) = i32::try_from(self.len()) else {
                    return Err(ValueError::new("has more pairs than hstore can hold"));
                };
                cell.with(|value| {
                    value.put(&count.to_be_bytes());
                    self.iter().try_for_each(|(k, v)| pair(k.as_ref(), v.text(), value))
                })
            }
        }
    )*};
}

maps! {
    {} BTreeMap<K, V>;
    {S} HashMap<K, V, S>;
}

#[inline]
fn pair(key: &str, value: Option<&str>, map: &mut ValueEncoder<'_>) -> Result<(), ValueError> {
    text(key, map)?;
    match value {
        Some(value) => text(value, map),
        None => {
            map.put(&(-1_i32).to_be_bytes());
            Ok(())
        }
    }
}

#[inline]
fn text(text: &str, map: &mut ValueEncoder<'_>) -> Result<(), ValueError> {
    if text.as_bytes().contains(&0) {
        return Err(nul(text));
    }
    let Ok(length) = i32::try_from(text.len()) else {
        return Err(ValueError::new("has a text that is longer than hstore can hold"));
    };
    map.put(&length.to_be_bytes());
    map.put(text.as_bytes());
    Ok(())
}
