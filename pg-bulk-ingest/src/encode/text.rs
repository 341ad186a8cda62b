//! Text.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};

impl IngestColumn for str {
    type Key<'k> = &'k str;
    const TYPE: ColumnType = ColumnType::new(Kind::Text);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if has_nul(self.as_bytes()) {
            return Err(nul(self));
        }
        if self.starts_with(XML_DECLARATION) && cell.target().is_xml() {
            check_declared_encoding(self)?;
        }
        if self.ends_with(' ') {
            check_trailing_spaces(self, cell.target().length())?;
        }
        cell.bytes(self.as_bytes())
    }
}

/// Spaces beyond the length of a `varchar` are cut off silently, as the SQL standard has it.
#[cold]
fn check_trailing_spaces(text: &str, length: u32) -> Result<(), ValueError> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if text.chars().nth(length).is_none() {
        return Ok(());
    }
    let reason = format!("has spaces at its end that varchar({length}) would cut off");
    Err(ValueError::new(reason).with_value(&text))
}

/// What an XML declaration begins with.
const XML_DECLARATION: &str = "<?xml";

/// `xml_recv` takes a text for one in the encoding that its declaration names, whatever that of the
/// client is; the server's text format does not.
fn check_declared_encoding(xml: &str) -> Result<(), ValueError> {
    let declaration = xml.split_once("?>").map_or(xml, |(declaration, _)| declaration);
    let Some((_, encoding)) = declaration.split_once("encoding") else {
        return Ok(());
    };
    let quotes = ['"', '\''];
    let encoding = encoding.trim_start_matches(|c: char| c == '=' || c.is_ascii_whitespace());
    let encoding = encoding.trim_start_matches(quotes).split(quotes).next().unwrap_or_default();
    if ["utf-8", "utf8"].iter().any(|utf8| encoding.eq_ignore_ascii_case(utf8)) {
        return Ok(());
    }
    let reason = "declares an encoding other than UTF-8, in which xml would misread it";
    Err(ValueError::new(reason).with_value(&xml))
}

impl IngestColumn for String {
    type Key<'k> = &'k str;
    const TYPE: ColumnType = str::TYPE;

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        self.as_str().encode(cell)
    }
}

impl IngestColumn for char {
    type Key<'k> = Self;
    const TYPE: ColumnType = str::TYPE;

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        self.encode_utf8(&mut [0; 4]).encode(cell)
    }
}

/// Whether there is a NUL. Texts are short, so it is told without a branch for each byte: the chunks
/// at the end overlap.
#[inline]
pub(super) fn has_nul(text: &[u8]) -> bool {
    // One instruction compares all.
    let in_16 = |bytes: &[u8; 16]| bytes.iter().fold(false, |found, byte| found | (*byte == 0));
    // The lowest byte of a word that is NUL leaves its highest bit set, and none does if none is.
    let in_8 = |bytes: &[u8; 8]| {
        let word = u64::from_ne_bytes(*bytes);
        word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080
    };
    let in_4 = |bytes: &[u8; 4]| {
        let word = u32::from_ne_bytes(*bytes);
        word.wrapping_sub(0x0101_0101) & !word & 0x8080_8080
    };
    if let Some(last) = text.last_chunk() {
        let (chunks, _) = text.as_chunks();
        in_16(last) || chunks.iter().any(in_16)
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        in_8(first) | in_8(last) != 0
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        in_4(first) | in_4(last) != 0
    } else {
        text.contains(&0)
    }
}

#[cold]
pub(super) fn nul(text: &str) -> ValueError {
    ValueError::new("contains a NUL character, which PostgreSQL's text cannot hold")
        .with_value(&text)
}

#[cfg(test)]
mod tests {
    use super::has_nul;

    #[test]
    fn a_nul_is_found_wherever_it_is() {
        for length in 0..40 {
            for rest in ['a', '\u{1}', '\u{80}', '\u{7f}'] {
                let text = String::from_iter(std::iter::repeat_n(rest, length));
                assert!(!has_nul(text.as_bytes()), "{text:?}");
                for at in 0..text.len() {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] = 0;
                    assert!(has_nul(&bytes), "{bytes:?}");
                }
            }
        }
    }
}
