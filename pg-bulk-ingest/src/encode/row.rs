//! Rows.

use super::{Cell, IngestColumn, TargetType, ValueError, Written};

/// What a binary `COPY` begins with: the signature, no flags, no extension.
pub(crate) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What a binary `COPY` ends with.
pub(crate) const TRAILER: &[u8] = &[0xff, 0xff];

/// A row that is being written at the end of a buffer.
///
/// The first value that its column cannot hold is the error of the row. It is kept here rather than
/// returned for each column: that is a branch less for the program, and several for its compiler.
#[derive(Debug)]
pub struct RowEncoder<'b> {
    buffer: &'b mut Vec<u8>,
    targets: &'b [TargetType],
    error: Option<ValueError>,
}

impl<'b> RowEncoder<'b> {
    /// Begins a row of as many columns as there are targets, and one more if rows are numbered.
    /// `targets` are the types of the live columns, in the order of the definition.
    #[inline]
    pub(crate) fn begin(buffer: &'b mut Vec<u8>, targets: &'b [TargetType], fields: i16) -> Self {
        buffer.extend_from_slice(&fields.to_be_bytes());
        Self { buffer, targets, error: None }
    }

    /// Writes the value of the next column, which is at this position of its table.
    #[inline]
    pub fn column<T: IngestColumn + ?Sized>(&mut self, position: usize, value: &T) {
        self.write(position, |cell| value.encode(cell));
    }

    /// Writes the value of the next column, NULL if there is none, also where the type is not an `Option`.
    #[inline]
    pub fn optional<T: IngestColumn>(&mut self, position: usize, value: Option<&T>) {
        self.write(position, |cell| match value {
            Some(value) => value.encode(cell),
            None => Ok(cell.null()),
        });
    }

    /// Writes the cell of the next column, which is at this position of its table.
    // As one function for each type it would cost more instructions than it has.
    #[doc(hidden)]
    #[inline(always)]
    pub fn write(
        &mut self,
        position: usize,
        write: impl FnOnce(Cell<'_>) -> Result<Written, ValueError>,
    ) {
        if let Err(error) = write(Cell::new(self.buffer, self.targets.get(position))) {
            self.fail(error.at_column(position));
        }
    }

    /// Makes it the error of the row that there is none.
    #[cold]
    pub(crate) fn refuse(&mut self) {
        self.fail(ValueError::new("is an error instead of a row"));
    }

    #[cold]
    fn fail(&mut self, error: ValueError) {
        self.error.get_or_insert(error);
    }

    /// Writes the columns of a struct within the struct, of which the first is at this position of
    /// the table.
    #[inline]
    pub fn flattened(&mut self, position: usize, write: impl FnOnce(&mut RowEncoder<'_>)) {
        let targets = self.targets.get(position..).unwrap_or_default();
        let mut inner = RowEncoder { buffer: self.buffer, targets, error: None };
        write(&mut inner);
        if let Some(error) = inner.error {
            self.fail(error.moved_by(position));
        }
    }

    /// Writes the number of the row, after its columns.
    #[inline]
    pub(crate) fn number(&mut self, number: u64) {
        let cell = Cell::new(self.buffer, None);
        let _written = cell.eight_bytes(number.to_be_bytes());
    }

    /// Ends the row. What was written of one that failed is to be taken back.
    #[inline]
    pub(crate) fn finish(self) -> Result<(), ValueError> {
        self.error.map_or(Ok(()), Err)
    }
}
