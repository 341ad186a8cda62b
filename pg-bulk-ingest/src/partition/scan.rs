//! The slots of the rows in a buffer.

use super::division::{Division, Slot};
use std::collections::BTreeSet;

/// The slots of the rows of a batch, as far as they were looked at.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    division: Division,
    /// Those that were seen.
    seen: BTreeSet<Slot>,
    /// What the row had that was looked at last: most rows have what the one before had.
    last: Option<Vec<u8>>,
}

/// The length of NULL.
const NULL: i32 = -1;

impl Scan {
    pub(crate) fn new(division: Division) -> Self {
        Self { division, seen: BTreeSet::new(), last: None }
    }

    /// Looks at encoded rows. Returns the slots that were not seen before.
    pub(crate) fn look(&mut self, rows: &[u8]) -> BTreeSet<Slot> {
        let mut found = BTreeSet::new();
        let mut left = rows;
        while let Some(value) = next(&mut left, self.division.field()) {
            if value.is_some() && value == self.last.as_deref() {
                continue;
            }
            let slot = self.division.slot(value).filter(|slot| !self.seen.contains(slot));
            if let Some(slot) = slot {
                self.seen.insert(slot.clone());
                found.insert(slot);
            }
            self.last = value.map(<[u8]>::to_vec);
        }
        found
    }
}

/// The value of a field of the next row; `None` after the last.
fn next<'r>(left: &mut &'r [u8], field: usize) -> Option<Option<&'r [u8]>> {
    let (count, mut rest) = left.split_first_chunk::<2>()?;
    let mut found = None;
    for position in 0..usize::try_from(i16::from_be_bytes(*count)).ok()? {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = i32::from_be_bytes(*length);
        rest = after;
        if length == NULL {
            continue;
        }
        let (value, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        rest = after;
        if position == field {
            found = Some(value);
        }
    }
    *left = rest;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_field_of_each_row_is_read() {
        let mut left =
            b"\0\x02\0\0\0\x01a\0\0\0\x02bc\0\x02\xff\xff\xff\xff\xff\xff\xff\xff".as_slice();
        assert_eq!(next(&mut left, 1), Some(Some(b"bc".as_slice())));
        assert_eq!(next(&mut left, 1), Some(None));
        assert_eq!(next(&mut left, 1), None);
    }
}
