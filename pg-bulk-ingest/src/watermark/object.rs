//! A JSON object that is changed in place: what is not changed stays to the letter.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// A JSON object as text, and where its entries are in it.
#[derive(Debug)]
pub(super) struct Object<'t> {
    text: &'t str,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    key: String,
    value: Range<usize>,
}

impl<'t> Object<'t> {
    /// Reads an object; `None` for any other text.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let Entries(entries) = serde_json::from_str(text).ok()?;
        let entry = |(key, value): (String, &'t RawValue)| {
            // The value is a part of the text.
            let start = value.get().as_ptr().addr() - text.as_ptr().addr();
            Entry { key, value: start..start + value.get().len() }
        };
        Some(Self { text, entries: entries.into_iter().map(entry).collect() })
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The entries, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &'t str)> {
        let value = |entry: &Entry| self.text.get(entry.value.clone()).unwrap_or_default();
        self.entries.iter().map(move |entry| (entry.key.as_str(), value(entry)))
    }

    /// The value of a key, as JSON; if the key is repeated, the last.
    pub(super) fn get(&self, key: &str) -> Option<&'t str> {
        let entry = self.entries.iter().rev().find(|entry| entry.key == key)?;
        self.text.get(entry.value.clone())
    }

    /// The text with this value instead of the key's, or with the key added at the end.
    pub(super) fn with(&self, key: &str, value: &str) -> String {
        let mut text = self.text.to_owned();
        if let Some(entry) = self.entries.iter().rev().find(|entry| entry.key == key) {
            text.replace_range(entry.value.clone(), value);
        } else {
            let lead = if self.entries.is_empty() { "" } else { ", " };
            let at = self.end_of(self.entries.len());
            text.insert_str(at, &format!("{lead}\"{key}\": {value}"));
        }
        text
    }

    /// The text without the key.
    pub(super) fn without(&self, key: &str) -> String {
        let mut text = self.text.to_owned();
        for (position, entry) in self.entries.iter().enumerate().rev() {
            if entry.key != key {
                continue;
            }
            // From the end of the entry before, with the comma between the two. The first entry
            // goes with the comma behind it, unless all behind it are gone.
            let mut end = entry.value.end;
            let others = self.entries.iter().filter(|other| other.key != key).count();
            if self.entries[..position].iter().all(|other| other.key == key) && others > 0 {
                end += text[end..].find(',').map_or(0, |comma| comma + 1);
            }
            text.replace_range(self.end_of(position)..end, "");
        }
        text
    }

    /// Where the entry before the one at this position ends, or the opening brace.
    fn end_of(&self, position: usize) -> usize {
        match position.checked_sub(1).and_then(|before| self.entries.get(before)) {
            Some(before) => before.value.end,
            None => self.text.find('{').map_or(0, |brace| brace + 1),
        }
    }
}

/// The entries of an object, in their order, values unread.
struct Entries<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}
