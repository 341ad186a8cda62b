//! Text.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};

impl IngestColumn for str {
    const TYPE: ColumnType = ColumnType::new(Kind::Text);

    #[inline]
    fn size_hint(&self) -> usize {
        4 + self.len()
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.as_bytes().contains(&0) {
            return Err(nul(self));
        }
        cell.bytes(self.as_bytes())
    }
}

impl IngestColumn for String {
    const TYPE: ColumnType = str::TYPE;

    #[inline]
    fn size_hint(&self) -> usize {
        self.as_str().size_hint()
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        self.as_str().encode(cell)
    }
}

impl IngestColumn for char {
    const TYPE: ColumnType = str::TYPE;

    #[inline]
    fn size_hint(&self) -> usize {
        4 + self.len_utf8()
    }

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        self.encode_utf8(&mut [0; 4]).encode(cell)
    }
}

#[cold]
fn nul(text: &str) -> ValueError {
    ValueError::new("contains a NUL character, which PostgreSQL's text cannot hold")
        .with_value(&text)
}
