//! Text.

use super::{Cell, IngestColumn, ValueError, Written};
use crate::definition::{ColumnType, Kind};

impl IngestColumn for str {
    const TYPE: ColumnType = ColumnType::new(Kind::Text);

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        if self.as_bytes().contains(&0) {
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
    const TYPE: ColumnType = str::TYPE;

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        self.as_str().encode(cell)
    }
}

impl IngestColumn for char {
    const TYPE: ColumnType = str::TYPE;

    #[inline]
    fn encode(&self, cell: Cell<'_>) -> Result<Written, ValueError> {
        self.encode_utf8(&mut [0; 4]).encode(cell)
    }
}

#[cold]
pub(super) fn nul(text: &str) -> ValueError {
    ValueError::new("contains a NUL character, which PostgreSQL's text cannot hold")
        .with_value(&text)
}
