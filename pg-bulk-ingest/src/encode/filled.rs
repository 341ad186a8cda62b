//! Columns that the server fills.

use super::{Cell, IngestColumn, RowEncoder, ValueError, Written};
use crate::definition::{ColumnType, FieldType};
use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// No value: what has it cannot be made.
#[derive(Clone, Copy)]
pub enum Never {}

/// Stands for a column that the server fills: a type, and its one value, of one name.
///
/// The column is in the table, and compared with it, and no row comes with a value for it. How the server
/// fills it is said at the field: `identity`, `generated = "…"`, `default = "…"`, `loaded_at`, `load_id` or
/// `soft_delete`. `T` is the type that the column has; of `Option<T>` it may be NULL.
///
/// It takes no room. It deserializes from whatever there is, also from nothing: a field that JSON does not
/// have needs no `#[serde(default)]`. It serializes as a unit without a value, as `None` does.
///
/// ```
/// use pg_bulk_ingest::{Filled, IngestTable};
///
/// #[derive(IngestTable)]
/// struct Person<'a> {
///     #[ingest(identity)]
///     id: Filled<i64>,
///     #[ingest(primary_key)]
///     email: &'a str,
///     #[ingest(default = "now()")]
///     created_at: Filled<chrono::DateTime<chrono::Utc>>,
/// }
///
/// let person = Person { id: Filled, email: "a@example.com", created_at: Filled };
/// assert_eq!(size_of_val(&person.id), 0);
/// assert!(Person::TABLE.columns()[0].is_filled());
/// ```
#[derive(Default)]
pub enum Filled<T: ?Sized> {
    /// The one value.
    #[default]
    Filled,
    #[doc(hidden)]
    __Type(PhantomData<fn() -> Box<T>>, Never),
}

/// Brings the value beside the type of its name.
pub(crate) mod value {
    pub use super::Filled::Filled;
}

impl<T: ?Sized> Clone for Filled<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Filled<T> {}

impl<T: ?Sized> fmt::Debug for Filled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filled")
    }
}

impl<T: ?Sized> PartialEq for Filled<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T: ?Sized> Eq for Filled<T> {}

impl<'de, T: ?Sized> Deserialize<'de> for Filled<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whatever<T: ?Sized>(PhantomData<fn() -> Box<T>>);

        impl<'de, T: ?Sized> Visitor<'de> for Whatever<T> {
            type Value = Filled<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_none<E>(self) -> Result<Filled<T>, E> {
                Ok(Filled::Filled)
            }

            fn visit_unit<E>(self) -> Result<Filled<T>, E> {
                Ok(Filled::Filled)
            }

            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Filled<T>, D::Error> {
                IgnoredAny::deserialize(inner).map(|_| Filled::Filled)
            }
        }

        // As that of an `Option`, a field that is missing is `None`.
        deserializer.deserialize_option(Whatever(PhantomData))
    }
}

impl<T: ?Sized> Serialize for Filled<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<T: IngestColumn + ?Sized> IngestColumn for Filled<T> {
    type Key<'k> = T::Key<'k>;
    const TYPE: ColumnType = T::TYPE;
    const NULLABLE: bool = T::NULLABLE;
    const FIELD_TYPE: FieldType = FieldType::new(Self::TYPE, Self::NULLABLE).filled();

    fn encode(&self, _: Cell<'_>) -> Result<Written, ValueError> {
        Err(ValueError::new(
            "is `Filled` within another type: `Filled<…>` has to be the type of the field itself",
        ))
    }

    #[inline]
    fn encode_column(&self, _: &mut RowEncoder<'_>, _: usize) {}
}

#[cfg(test)]
mod tests {
    use super::Filled;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        id: Filled<i64>,
        name: String,
    }

    #[test]
    fn it_is_read_from_anything_and_from_nothing() -> Result<(), serde_json::Error> {
        for json in [
            r#"{"name": "a"}"#,
            r#"{"id": null, "name": "a"}"#,
            r#"{"id": {"x": [1]}, "name": "a"}"#,
        ] {
            let row: Row = serde_json::from_str(json)?;
            assert_eq!(row, Row { id: Filled::Filled, name: "a".to_owned() });
            assert_eq!(serde_json::to_string(&row)?, r#"{"id":null,"name":"a"}"#);
        }
        Ok(())
    }
}
