//! Rows as one value: an array of the row type of their table.
//!
//! Source of the format: PostgreSQL's `array_recv` and `record_recv`.

use std::collections::HashSet;

/// How rows that are encoded for `COPY` become an array of records.
#[derive(Debug)]
pub(crate) struct Records {
    /// The OID of the row type.
    pub(crate) row: u32,
    /// The columns of the row type, each by the OID of its type and, if the rows have it, by its position
    /// in them.
    pub(crate) columns: Vec<(u32, Option<usize>)>,
    /// How many fields each row has.
    pub(crate) fields: usize,
}

/// The length of NULL.
const NULL: i32 = -1;

impl Records {
    /// Returns an array of this many rows; `None` if they are not as many, or not of so many fields.
    pub(crate) fn encode(&self, rows: &[u8], count: u64) -> Option<Vec<u8>> {
        let mut array = Vec::with_capacity(rows.len() + rows.len() / 2);
        let count = i32::try_from(count).ok()?;
        // One dimension, no NULL among the rows, which are numbered from 1.
        put(&mut array, 1);
        put(&mut array, 0);
        array.extend_from_slice(&self.row.to_be_bytes());
        put(&mut array, count);
        put(&mut array, 1);
        let (mut left, mut encoded) = (rows, 0);
        let mut fields = Vec::new();
        while !left.is_empty() {
            read_row(&mut left, &mut fields)?;
            if fields.len() != self.fields {
                return None;
            }
            self.push(&mut array, &fields)?;
            encoded += 1;
        }
        (encoded == count).then_some(array)
    }

    /// Whether no two rows have the same bytes in these fields; not, where rows cannot be read.
    pub(crate) fn are_distinct(rows: &[u8], of: &[usize]) -> bool {
        let (mut left, mut fields, mut seen) = (rows, Vec::new(), HashSet::new());
        while !left.is_empty() {
            if read_row(&mut left, &mut fields).is_none() {
                return false;
            }
            let key = of.iter().map(|at| fields.get(*at).copied().flatten()).collect::<Vec<_>>();
            if !seen.insert(key) {
                return false;
            }
        }
        true
    }

    fn push(&self, array: &mut Vec<u8>, fields: &[Option<&[u8]>]) -> Option<()> {
        let start = array.len();
        put(array, 0);
        put(array, i32::try_from(self.columns.len()).ok()?);
        for &(oid, position) in &self.columns {
            array.extend_from_slice(&oid.to_be_bytes());
            let value = match position {
                Some(position) => *fields.get(position)?,
                None => None,
            };
            match value {
                Some(value) => {
                    put(array, i32::try_from(value.len()).ok()?);
                    array.extend_from_slice(value);
                }
                None => put(array, NULL),
            }
        }
        let length = i32::try_from(array.len() - start - 4).ok()?;
        array.get_mut(start..start + 4)?.copy_from_slice(&length.to_be_bytes());
        Some(())
    }
}

fn put(array: &mut Vec<u8>, number: i32) {
    array.extend_from_slice(&number.to_be_bytes());
}

/// Reads the fields of the next row.
fn read_row<'r>(left: &mut &'r [u8], fields: &mut Vec<Option<&'r [u8]>>) -> Option<()> {
    let (count, rest) = left.split_first_chunk::<2>()?;
    *left = rest;
    fields.clear();
    for _ in 0..i16::from_be_bytes(*count) {
        let (length, rest) = left.split_first_chunk::<4>()?;
        let length = i32::from_be_bytes(*length);
        if length == NULL {
            fields.push(None);
            *left = rest;
            continue;
        }
        let (value, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        fields.push(Some(value));
        *left = rest;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::Records;

    #[test]
    fn fields_are_where_the_row_type_has_them() {
        let columns = vec![(25, Some(1)), (21, None), (23, Some(0))];
        let records = Records { row: 7, columns, fields: 3 };
        let row = b"\0\x03\0\0\0\x01a\xff\xff\xff\xff\0\0\0\x01n";
        let array = records.encode(row, 1).unwrap();
        let head = b"\0\0\0\x01\0\0\0\0\0\0\0\x07\0\0\0\x01\0\0\0\x01";
        let record = b"\0\0\0\x1d\0\0\0\x03\0\0\0\x19\xff\xff\xff\xff\0\0\0\x15\xff\xff\xff\xff\
            \0\0\0\x17\0\0\0\x01a";
        assert_eq!(array, [head.as_slice(), record].concat());
        assert_eq!(records.encode(row, 2), None);
        assert_eq!(records.encode(&row[..row.len() - 1], 1), None);
        assert_eq!(Records { fields: 2, ..records }.encode(row, 1), None);
    }
}
