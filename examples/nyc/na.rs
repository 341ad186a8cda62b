//! What R writes for a value that is missing.

use serde::de::{Deserialize, Deserializer, Error};
use std::fmt::Display;
use std::str::FromStr;

/// A value, or `NA`, which becomes NULL.
pub(crate) fn or_na<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    match String::deserialize(deserializer)?.as_str() {
        "NA" => Ok(None),
        text => text.parse().map(Some).map_err(D::Error::custom),
    }
}
