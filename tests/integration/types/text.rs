//! Text, and the types that are read from it.

use super::read_back::ReadBack;
use super::shape::{OwnType, alone, shapes};
use super::strategy::text;
use proptest::prelude::*;
use proptest::sample::select;

shapes!(AsVarchar, "varchar", "varchar[]");
shapes!(AsVarchar8, "varchar(8)", "varchar(8)[]");
shapes!(AsChar5, "char(5)", "char(5)[]");
shapes!(AsCitext, "citext", "citext[]");
shapes!(AsName, "name", "name[]");
shapes!(AsXml, "xml", "xml[]");
shapes!(AsMood, "mood", "mood[]");
shapes!(AsShortText, "short_text", "short_text[]");
alone!(AsShortTextAlone, "short_text");

#[test]
fn text_reads_back_equal() {
    let server = ReadBack::new();
    server.every_shape::<OwnType<_>, String>("t", "text", text(40));
    server.every_shape::<AsVarchar<_>, String>("vc", "character varying", text(40));
    server.every_shape::<AsCitext<_>, String>("ci", "citext", text(12));
    // 63 bytes
    server.every_shape::<AsName<_>, String>("n", "name", text(15));
}

#[test]
fn text_of_limited_length_reads_back_equal_up_to_its_length() {
    let server = ReadBack::new();
    server.every_shape::<AsVarchar8<_>, String>("vc", "character varying(8)", text(8));
    server.every_shape::<AsChar5<_>, String>("c", "character(5)", text(5));
    server.every_shape_of_domain::<AsShortText<_>, AsShortTextAlone<_>, String>(
        "d",
        "short_text",
        text(8),
    );
}

#[test]
fn long_text_reads_back_equal() {
    // Around the length of a chunk of COPY, and compressed out of line.
    let lengths = select(vec![0_usize, 8_191, 8_192, 65_535, 65_536, 65_537, 300_000]);
    let long = (lengths, select(vec!['x', 'é', '🦀'])).prop_map(|(length, character)| {
        std::iter::repeat_n(character, length / character.len_utf8()).collect::<String>()
    });
    let server = ReadBack::new();
    server.property(proptest::collection::vec(long, 10), |server, texts| {
        let row = |(id, value): (i32, String)| Long { id, value };
        server.check("t", &(0..).zip(texts).map(row).collect::<Vec<_>>())
    });
}

#[derive(pg_bulk_ingest::IngestTable)]
struct Long {
    id: i32,
    value: String,
}

impl super::pg_text::Cells for Long {
    fn cells(&self) -> Vec<Option<String>> {
        vec![Some(self.value.clone())]
    }
}

#[test]
fn characters_read_back_equal() {
    let server = ReadBack::new();
    let characters = any::<char>().prop_filter("no NUL", |character| *character != '\0').boxed();
    server.every_shape::<OwnType<_>, char>("t", "text", characters);
    let moods = select(vec!["sad", "ok", "happy"]);
    server.every_shape::<AsMood<_>, &'static str>("m", "mood", moods.boxed());
}

#[test]
fn xml_reads_back_equal() {
    // https://www.w3.org/TR/xml/#charsets; a carriage return is read as a line feed.
    let allowed = |character: &char| matches!(character, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let escaped = move |text: String| {
        let text = text.chars().filter(allowed).collect::<String>();
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let declarations = select(vec![
        "",
        "<?xml version=\"1.0\"?>",
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?>",
        "<?xml version=\"1.0\" encoding = \"UTF8\" ?>\n",
    ]);
    let xml = (declarations, text(10), text(10)).prop_map(move |(declaration, outside, inside)| {
        let outside = if declaration.is_empty() { escaped(outside) } else { String::new() };
        let inside = escaped(inside);
        format!("{declaration}{outside}<é a=\"{inside}\">{inside}<!-- --></é>{outside}")
    });
    ReadBack::new().every_shape::<AsXml<_>, String>("t", "xml", xml.boxed());
}
