//! Of the rows of a chunk, those that no later one replaces.

use super::chunk::{Chunk, Span};
use std::collections::HashSet;
use std::ops::Range;

/// A row in a chunk: where it begins, and where its key lies among the keys of all.
struct Row {
    start: usize,
    key: Range<usize>,
}

/// Takes away the rows of a chunk that a later one of it with the same key replaces. Returns how
/// many. `key` are the fields of the key, in ascending order; equal keys are equal bytes.
pub(super) fn keep_latest(chunk: &mut Chunk, key: &[usize]) -> u64 {
    let (rows, keys) = read(&chunk.data, key);
    let key = |row: &Row| &keys[row.key.clone()];
    // Rows often come in the order of their keys, which then are distinct.
    if rows.is_sorted_by(|one, next| key(one) < key(next)) {
        return 0;
    }
    let mut seen = HashSet::with_capacity(rows.len());
    let latest = rows.iter().rev().map(|row| seen.insert(key(row))).collect::<Vec<_>>();
    if seen.len() == rows.len() {
        return 0;
    }
    let mut numbers = chunk.spans.iter().flat_map(|span| span.before..span.before + span.rows);
    let ends = rows.iter().skip(1).map(|row| row.start).chain([chunk.data.len()]);
    let mut data = Vec::with_capacity(chunk.data.len());
    let mut spans: Vec<Span> = Vec::new();
    for ((row, end), is_latest) in rows.iter().zip(ends).zip(latest.into_iter().rev()) {
        let Some(before) = numbers.next() else { break };
        if !is_latest {
            continue;
        }
        data.extend_from_slice(&chunk.data[row.start..end]);
        match spans.last_mut() {
            Some(last) if last.before + last.rows == before => last.rows += 1,
            _ => spans.push(Span { before, rows: 1 }),
        }
    }
    let replaced = rows.len() - seen.len();
    *chunk = Chunk { data, spans };
    replaced as u64
}

/// The rows of a chunk, and their keys: the fields of each with their lengths, one after the other.
fn read(data: &[u8], key: &[usize]) -> (Vec<Row>, Vec<u8>) {
    let (mut rows, mut keys) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(fields) = data[at..].first_chunk().map(|bytes| u16::from_be_bytes(*bytes)) {
        let (start, first) = (at, keys.len());
        at += 2;
        let mut key = key.iter().copied().peekable();
        for field in 0..usize::from(fields) {
            let length = data[at..].first_chunk().map_or(-1, |bytes| i32::from_be_bytes(*bytes));
            // That of NULL is -1.
            let end = at + 4 + usize::try_from(length).unwrap_or(0);
            if key.next_if_eq(&field).is_some() {
                keys.extend_from_slice(&data[at..end]);
            }
            at = end;
        }
        rows.push(Row { start, key: first..keys.len() });
    }
    (rows, keys)
}

#[cfg(test)]
mod tests {
    use super::super::chunk::{Chunk, Span};
    use super::keep_latest;

    /// Rows of three fields, of which the second is NULL.
    fn chunk(rows: &[(&str, &str)], before: u64) -> Chunk {
        let mut data = Vec::new();
        for (first, last) in rows {
            data.extend_from_slice(&[0, 3]);
            for field in [Some(first), None, Some(last)] {
                let length = field.map_or(-1, |field| i32::try_from(field.len()).unwrap());
                data.extend_from_slice(&length.to_be_bytes());
                data.extend_from_slice(field.map_or(b"", |field| field.as_bytes()));
            }
        }
        Chunk::new(data, before, rows.len() as u64)
    }

    #[test]
    fn of_rows_with_equal_keys_the_last_stays() {
        let mut some = chunk(&[("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"), ("a", "3")], 10);
        assert_eq!(keep_latest(&mut some, &[0]), 2);
        assert_eq!(some.data, chunk(&[("b", "1"), ("c", "1"), ("a", "3")], 0).data);
        let spans = [Span { before: 11, rows: 1 }, Span { before: 13, rows: 2 }];
        assert_eq!(some.spans, spans);
    }

    #[test]
    fn a_key_is_told_from_another_by_all_of_its_columns() {
        let rows = [("a", "bc"), ("ab", "c"), ("a", "b"), ("", "abc"), ("abc", "")];
        let mut some = chunk(&rows, 0);
        assert_eq!(keep_latest(&mut some, &[0, 2]), 0);
        assert_eq!(some.data, chunk(&rows, 0).data);
        assert_eq!(keep_latest(&mut some, &[0]), 1);
        assert_eq!(some.data, chunk(&[rows[1], rows[2], rows[3], rows[4]], 0).data);
    }

    #[test]
    fn distinct_keys_in_ascending_order_stay_as_they_are() {
        let mut some = chunk(&[("a", "1"), ("b", "1"), ("c", "1")], 5);
        assert_eq!(keep_latest(&mut some, &[0]), 0);
        assert_eq!(some.spans, [Span { before: 5, rows: 3 }]);
        let mut none = chunk(&[], 5);
        assert_eq!(keep_latest(&mut none, &[0]), 0);
    }
}
