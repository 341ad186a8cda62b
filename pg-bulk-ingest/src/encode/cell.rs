//! One cell of a row.

use super::{TargetType, ValueEncoder, ValueError};

/// The greatest length of a value in bytes: PostgreSQL's `MaxAllocSize`, less its header.
const MAX_LENGTH: usize = 0x3fff_ffff - 4;

/// The place of one value in a row that is being written.
///
/// Each method writes the cell whole and gives back the proof of it, so that a cell is written
/// exactly once.
#[derive(Debug)]
pub struct Cell<'r> {
    row: &'r mut Vec<u8>,
    /// `None`: it is of no column of the table.
    target: Option<&'r TargetType>,
}

/// The proof that a cell was written.
#[derive(Debug)]
#[must_use = "return it from `encode`"]
pub struct Written(());

impl<'r> Cell<'r> {
    #[inline]
    pub(super) fn new(row: &'r mut Vec<u8>, target: Option<&'r TargetType>) -> Self {
        Self { row, target }
    }

    /// What the catalog says of the column's type.
    #[inline]
    #[must_use]
    pub fn target(&self) -> &'r TargetType {
        self.target.unwrap_or(&TargetType::NONE)
    }

    /// NULL.
    #[inline]
    pub fn null(self) -> Written {
        self.row.extend_from_slice(&(-1_i32).to_be_bytes());
        Written(())
    }

    /// A value of one byte.
    #[inline]
    pub fn one_byte(self, value: u8) -> Written {
        self.row.extend_from_slice(&[0, 0, 0, 1, value]);
        Written(())
    }

    /// A value of two bytes.
    #[inline]
    pub fn two_bytes(self, value: [u8; 2]) -> Written {
        let mut cell = [0, 0, 0, 2, 0, 0];
        cell[4..].copy_from_slice(&value);
        self.row.extend_from_slice(&cell);
        Written(())
    }

    /// A value of four bytes.
    #[inline]
    pub fn four_bytes(self, value: [u8; 4]) -> Written {
        let mut cell = [0, 0, 0, 4, 0, 0, 0, 0];
        cell[4..].copy_from_slice(&value);
        self.row.extend_from_slice(&cell);
        Written(())
    }

    /// A value of eight bytes.
    #[inline]
    pub fn eight_bytes(self, value: [u8; 8]) -> Written {
        let mut cell = [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        cell[4..].copy_from_slice(&value);
        self.row.extend_from_slice(&cell);
        Written(())
    }

    /// A value of sixteen bytes.
    #[inline]
    pub fn sixteen_bytes(self, value: [u8; 16]) -> Written {
        let mut cell = [0; 20];
        cell[3] = 16;
        cell[4..].copy_from_slice(&value);
        self.row.extend_from_slice(&cell);
        Written(())
    }

    /// A value of any length.
    ///
    /// # Errors
    ///
    /// The value is longer than PostgreSQL holds, 1 GB.
    #[inline]
    pub fn bytes(self, value: &[u8]) -> Result<Written, ValueError> {
        let length = checked_length(value.len())?;
        self.row.extend_from_slice(&length);
        self.row.extend_from_slice(value);
        Ok(Written(()))
    }

    /// A value of any length that comes after one byte.
    #[inline]
    pub(super) fn prefixed(self, first: u8, value: &[u8]) -> Result<Written, ValueError> {
        let [a, b, c, d] = checked_length(value.len() + 1)?;
        self.row.extend_from_slice(&[a, b, c, d, first]);
        self.row.extend_from_slice(value);
        Ok(Written(()))
    }

    /// A value written piece by piece.
    ///
    /// # Errors
    ///
    /// What `write` returns; or the value is longer than PostgreSQL holds, 1 GB.
    #[inline]
    pub fn with<F>(self, write: F) -> Result<Written, ValueError>
    where
        F: FnOnce(&mut ValueEncoder<'_>) -> Result<(), ValueError>,
    {
        let start = self.row.len();
        self.row.extend_from_slice(&[0; 4]);
        write(&mut ValueEncoder::new(self.row, self.target))?;
        let length = checked_length(self.row.len() - start - 4)?;
        self.row[start..start + 4].copy_from_slice(&length);
        Ok(Written(()))
    }
}

#[inline]
fn checked_length(length: usize) -> Result<[u8; 4], ValueError> {
    match i32::try_from(length) {
        Ok(checked) if length <= MAX_LENGTH => Ok(checked.to_be_bytes()),
        _ => Err(too_long(length)),
    }
}

#[cold]
fn too_long(length: usize) -> ValueError {
    ValueError::new(format!(
        "is {length} bytes long, and PostgreSQL holds values of up to {MAX_LENGTH} bytes"
    ))
}
