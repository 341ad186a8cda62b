//! The bounds of partitions as PostgreSQL prints them.

use super::period::Unit;

/// The bounds of a partition.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// From a value on, up to before another.
    Range(i64, i64),
    /// Of these values, as they are written; NULL.
    List(Vec<Option<String>>),
    /// All that is of no other.
    Default,
}

/// The bounds of a default partition, as PostgreSQL prints them.
pub(crate) const DEFAULT: &str = "DEFAULT";

const RANGE: &str = "FOR VALUES FROM (";
const BETWEEN: &str = ") TO (";
const LIST: &str = "FOR VALUES IN (";

impl Bound {
    /// Reads the bounds of a partition by a range of values of this unit, or by a list, where backslashes
    /// may be escapes. `None` if they are not understood.
    pub(super) fn read(text: &str, unit: Option<Unit>, has_escapes: bool) -> Option<Self> {
        if text == DEFAULT {
            return Some(Self::Default);
        }
        let Some(unit) = unit else {
            let values = items(text.strip_prefix(LIST)?.strip_suffix(')')?, has_escapes)?;
            return Some(Self::List(values));
        };
        let (from, to) = text.strip_prefix(RANGE)?.strip_suffix(')')?.split_once(BETWEEN)?;
        let read = |text: &str| unit.read(text.trim_matches('\''));
        Some(Self::Range(read(from)?, read(to)?))
    }
}

/// Reads the values of a partition by list, where backslashes may be escapes: as they are written; NULL. `None` if
/// they are not understood.
pub(crate) fn listed(text: &str, has_escapes: bool) -> Option<Vec<Option<String>>> {
    match Bound::read(text, None, has_escapes)? {
        Bound::List(values) => Some(values),
        Bound::Range(..) | Bound::Default => None,
    }
}

/// Reads literals with commas between them.
fn items(mut text: &str, has_escapes: bool) -> Option<Vec<Option<String>>> {
    let mut items = Vec::new();
    loop {
        let (item, rest) = item(text, has_escapes)?;
        items.push(item);
        if rest.is_empty() {
            return Some(items);
        }
        text = rest.strip_prefix(", ")?;
    }
}

/// The literal at the beginning of a text, and what comes after it.
fn item(text: &str, has_escapes: bool) -> Option<(Option<String>, &str)> {
    let Some(quoted) = text.strip_prefix('\'') else {
        let end = text.find(", ").unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let value = (word != "NULL").then(|| word.to_owned());
        return (!word.is_empty()).then_some((value, rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if has_escapes => value.push(characters.next()?.1),
            '\'' => match quoted.get(at + 1..)?.strip_prefix('\'') {
                Some(_) => {
                    characters.next();
                    value.push('\'');
                }
                None => return Some((Some(value), quoted.get(at + 1..)?)),
            },
            character => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Bound;
    use crate::partition::period::Unit;

    #[test]
    fn ranges_are_read() {
        let read = |text, unit| Bound::read(text, Some(unit), false);
        let days = "FOR VALUES FROM ('2000-01-01') TO ('2000-02-01')";
        assert_eq!(read(days, Unit::Day), Some(Bound::Range(0, 31)));
        let numbers = "FOR VALUES FROM (MINVALUE) TO (100)";
        assert_eq!(read(numbers, Unit::Number { bits: 64 }), Some(Bound::Range(i64::MIN, 100)));
        let negative = "FOR VALUES FROM ('-100') TO (MAXVALUE)";
        assert_eq!(read(negative, Unit::Number { bits: 64 }), Some(Bound::Range(-100, i64::MAX)));
        let zoned = "FOR VALUES FROM ('2000-01-01 00:00:00+00') TO ('infinity')";
        let unit = Unit::Micros { has_zone: true };
        assert_eq!(read(zoned, unit), Some(Bound::Range(0, i64::MAX)));
        assert_eq!(read("DEFAULT", unit), Some(Bound::Default));
        assert_eq!(read("FOR VALUES FROM ('x') TO ('y')", unit), None);
    }

    #[test]
    fn lists_are_read() {
        let read = |text, has_escapes| match Bound::read(text, None, has_escapes) {
            Some(Bound::List(values)) => values,
            other => panic!("{other:?}"),
        };
        let owned = |text: &str| Some(text.to_owned());
        let found = read("FOR VALUES IN ('it''s, ''this''', 'back\\slash', NULL)", false);
        assert_eq!(found, [owned("it's, 'this'"), owned("back\\slash"), None]);
        assert_eq!(read("FOR VALUES IN ('a\\\\b', 'c')", true), [owned("a\\b"), owned("c")]);
        assert_eq!(
            read("FOR VALUES IN (1, '-2', true)", false),
            [owned("1"), owned("-2"), owned("true")]
        );
        assert_eq!(Bound::read("FOR VALUES IN ('a", None, false), None);
    }
}
