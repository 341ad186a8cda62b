//! What fuzzers drive without a server: the pure functions through which values, comments and names
//! pass on their way to it.

use crate::encode::{HEADER, RowEncoder, TRAILER, TargetType};
use crate::ident::{Ident, Literal};
use crate::table::{IngestTable, RowOf};
use crate::watermark;

/// The `COPY` of rows into columns of these types, each by the OID of its elements (0: it is no array)
/// and of itself.
///
/// # Errors
///
/// The number of the first row that is refused, from 1.
pub fn copy<S: IngestTable, R: RowOf<S>>(
    types: &[(u32, u32)],
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, u64> {
    let types = types.iter().map(|(element, base)| TargetType::new(*element, *base, -1));
    let types = types.collect::<Vec<_>>();
    let fields = i16::try_from(types.len()).unwrap_or(i16::MAX);
    let mut buffer = HEADER.to_vec();
    for (number, row) in (1_u64..).zip(rows) {
        let mut encoder = RowEncoder::begin(&mut buffer, &types, fields);
        row.encode_row(&mut encoder);
        encoder.finish().map_err(|_| number)?;
    }
    buffer.extend_from_slice(TRAILER);
    Ok(buffer)
}

/// The high watermark that is stored in a comment, as JSON, and the comment with another; `None` for
/// a comment that is refused.
#[must_use]
pub fn comment(comment: &str, watermark: &str) -> Option<(Option<String>, String)> {
    let stored = watermark::stored(Some(comment)).ok()?.map(str::to_owned);
    let with = watermark::with_stored(Some(comment), Some(watermark)).ok()??;
    Some((stored, with))
}

/// A name, and a text, as they reach SQL.
#[must_use]
pub fn quoted(text: &str) -> (String, String) {
    (Ident::new(text).to_string(), Literal(text).to_string())
}
