//! Values that are written piece by piece.

use super::{Cell, TargetType};

/// A value that is being written into its cell, piece by piece: see [`Cell::with`].
#[derive(Debug)]
pub struct ValueEncoder<'b> {
    buffer: &'b mut Vec<u8>,
    target: Option<&'b TargetType>,
}

impl<'b> ValueEncoder<'b> {
    #[inline]
    pub(super) fn new(buffer: &'b mut Vec<u8>, target: Option<&'b TargetType>) -> Self {
        Self { buffer, target }
    }

    /// Adds bytes to the value.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The place of a value within the value.
    #[doc(hidden)]
    #[inline]
    pub fn cell(&mut self) -> Cell<'_> {
        Cell::new(self.buffer, self.target)
    }

    /// The buffer itself.
    #[inline]
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        self.buffer
    }
}
