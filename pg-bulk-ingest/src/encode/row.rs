//! Rows.

use super::{Cell, IngestColumn, TargetType, ValueError};

/// What a binary `COPY` begins with: the signature, no flags, no extension.
pub(crate) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What a binary `COPY` ends with.
pub(crate) const TRAILER: &[u8] = &[0xff, 0xff];

/// A row that is being written at the end of a buffer.
#[derive(Debug)]
pub struct RowEncoder<'b> {
    buffer: &'b mut Vec<u8>,
    targets: &'b [TargetType],
}

impl<'b> RowEncoder<'b> {
    /// Begins a row of as many columns as there are targets, and one more if rows are numbered.
    /// `targets` are the types of the live columns, in the order of the definition.
    #[inline]
    pub(crate) fn begin(buffer: &'b mut Vec<u8>, targets: &'b [TargetType], fields: i16) -> Self {
        buffer.extend_from_slice(&fields.to_be_bytes());
        Self { buffer, targets }
    }

    /// Goes on with a row.
    #[inline]
    pub(super) fn resume(buffer: &'b mut Vec<u8>, targets: &'b [TargetType]) -> Self {
        Self { buffer, targets }
    }

    /// Makes room for this many bytes.
    #[inline]
    pub fn reserve(&mut self, bytes: usize) {
        self.buffer.reserve(bytes);
    }

    /// Writes the value of the next column, which is at this position of its table.
    ///
    /// # Errors
    ///
    /// The value cannot be held by its column.
    #[inline]
    pub fn column<T: IngestColumn + ?Sized>(
        &mut self,
        position: usize,
        value: &T,
    ) -> Result<(), ValueError> {
        match value.encode(self.cell(position)) {
            Ok(_written) => Ok(()),
            Err(error) => Err(error.at_column(position)),
        }
    }

    /// Writes the columns of a struct within the struct, of which the first is at this position of
    /// the table.
    ///
    /// # Errors
    ///
    /// A value cannot be held by its column.
    #[inline]
    pub fn flattened(
        &mut self,
        position: usize,
        write: impl FnOnce(&mut RowEncoder<'_>) -> Result<(), ValueError>,
    ) -> Result<(), ValueError> {
        let targets = &self.targets[position..];
        write(&mut RowEncoder::resume(self.buffer, targets))
            .map_err(|error| error.moved_by(position))
    }

    /// Writes the number of the row, after its columns.
    #[inline]
    pub(crate) fn number(&mut self, number: u64) {
        let _written = self.cell(usize::MAX).eight_bytes(number.to_be_bytes());
    }

    #[inline]
    pub(crate) fn cell(&mut self, column: usize) -> Cell<'_> {
        Cell::new(self.buffer, self.targets, column)
    }

    /// Adds bytes to the value that is being written.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The buffer itself.
    #[inline]
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        self.buffer
    }
}
