//! Values of types that implement `postgres_types::ToSql`.

use super::{Cell, RowEncoder, ValueError, Written};
use bytes::BytesMut;
use std::cell;
use std::error::Error;
use tokio_postgres::types::{IsNull, ToSql, Type};

/// [`ToSql`], as fields marked `to_sql` are asked for it: so that its lack is said in these words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `postgres_types::ToSql`",
    label = "a field marked `to_sql` has to",
    note = "derive it, or turn on the feature of `postgres-types` that implements it"
)]
pub trait ToSqlColumn {
    /// Whether values can be written as this type.
    fn accepts(to: &Type) -> bool
    where
        Self: Sized;

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Those of [`ToSql::to_sql`].
    fn write(
        &self,
        to: &Type,
        value: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>>
    where
        Self: Sized;
}

#[diagnostic::do_not_recommend]
impl<T: ToSql> ToSqlColumn for T {
    fn accepts(to: &Type) -> bool {
        <T as ToSql>::accepts(to)
    }

    #[inline]
    fn write(
        &self,
        to: &Type,
        value: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(to, value)
    }
}

thread_local! {
    /// `ToSql` writes to a `BytesMut` and to nothing else. Each thread keeps one, so that memory is
    /// not allocated for each value.
    static SCRATCH: cell::Cell<BytesMut> = cell::Cell::default();
}

/// A buffer that has grown larger is given back.
const KEPT_CAPACITY: usize = 1 << 20;

impl RowEncoder<'_> {
    /// Writes the value of the next column, which is at this position of its table, by way of
    /// `ToSql::to_sql`.
    pub fn to_sql(
        &mut self,
        position: usize,
        write: impl FnOnce(&Type, &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>>,
    ) {
        self.write(position, |cell| encode(cell, write));
    }
}

fn encode(
    cell: Cell<'_>,
    write: impl FnOnce(&Type, &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>>,
) -> Result<Written, ValueError> {
    let Some(to) = cell.target().to_sql() else {
        return Err(ValueError::new("is of a column whose type was not looked up"));
    };
    let mut value = SCRATCH.take();
    value.clear();
    let written = match write(to, &mut value) {
        Ok(IsNull::Yes) => Ok(cell.null()),
        Ok(IsNull::No) => cell.bytes(&value),
        Err(error) => Err(ValueError::new(format!("cannot be written as {to}: {error}"))),
    };
    if value.capacity() <= KEPT_CAPACITY {
        SCRATCH.set(value);
    }
    written
}
