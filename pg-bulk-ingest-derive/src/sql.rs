//! As much of SQL as a text can be read without a server: whether what is opened in it is closed.

use std::iter::Peekable;
use std::str::CharIndices;

/// What is opened in the SQL and never closed, or closed and never opened.
///
/// Such a text would swallow, or end, the statement that it is put into.
pub(crate) fn unbalanced(sql: &str) -> Option<String> {
    Scanner { sql, rest: sql.char_indices().peekable(), open: Vec::new() }.run().err()
}

/// The words of a type before its modifier and brackets, in lower case: `double precision`.
pub(crate) fn type_name(sql_type: &str) -> String {
    let name = sql_type.split(['(', '[']).next().unwrap_or_default();
    let words: Vec<&str> = name.split_whitespace().collect();
    let name = words.join(" ").to_lowercase();
    name.strip_prefix("pg_catalog.").map(str::to_owned).unwrap_or(name)
}

/// The names in a list with commas, as PostgreSQL has them: in lower case, unless they are quoted.
/// `None` if it is another list.
pub(crate) fn names(list: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = list.trim_start();
    loop {
        let (name, after) = name(rest)?;
        names.push(name);
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(names);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

/// The name at the beginning of a text, and what comes after it.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let is_of_name = |character: char| character.is_alphanumeric() || "_$".contains(character);
        let end = text.find(|character| !is_of_name(character)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let begins = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        return begins.then(|| (name.to_lowercase(), rest));
    };
    let mut name = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => (name.push('"'), rest = after),
            None => return (!name.is_empty()).then_some((name, after)),
        };
    }
}

struct Scanner<'s> {
    sql: &'s str,
    rest: Peekable<CharIndices<'s>>,
    open: Vec<char>,
}

impl Scanner<'_> {
    fn run(mut self) -> Result<(), String> {
        let mut before = ' ';
        while let Some((at, character)) = self.rest.next() {
            let after_word = before.is_alphanumeric() || matches!(before, '_' | '$');
            match character {
                '(' | '[' => self.open.push(character),
                ')' | ']' => {
                    let opening = if character == ')' { '(' } else { '[' };
                    if self.open.pop() != Some(opening) {
                        return Err(format!("`{character}` closes what is not open"));
                    }
                }
                '\'' => self.quoted('\'', matches!(before, 'e' | 'E') && self.is_alone(at))?,
                '"' => self.quoted('"', false)?,
                '$' if !after_word => self.dollars(at)?,
                '-' if self.next_is('-') => self.line_comment()?,
                '/' if self.next_is('*') => self.comment()?,
                _ => {}
            }
            before = character;
        }
        match self.open.pop() {
            Some(open) => Err(format!("`{open}` is never closed")),
            None => Ok(()),
        }
    }

    fn next_is(&mut self, character: char) -> bool {
        self.rest.next_if(|(_, next)| *next == character).is_some()
    }

    /// Whether the letter before this place is a word of its own, as in `E'\''`.
    fn is_alone(&self, at: usize) -> bool {
        let word = self.sql[..at].chars().rev();
        word.take_while(|character| character.is_alphanumeric() || *character == '_').count() == 1
    }

    /// Up to the quote that is not doubled, nor escaped where backslashes escape.
    fn quoted(&mut self, quote: char, escapes: bool) -> Result<(), String> {
        while let Some((_, character)) = self.rest.next() {
            if character == '\\' && escapes {
                self.rest.next();
            } else if character == quote && !self.next_is(quote) {
                return Ok(());
            }
        }
        Err(format!("the quote `{quote}` is never closed"))
    }

    /// `$tag$ … $tag$`; another `$` is none.
    fn dollars(&mut self, at: usize) -> Result<(), String> {
        let rest = &self.sql[at + 1..];
        let Some(end) = rest.find('$') else { return Ok(()) };
        let tag = &rest[..end];
        if !tag.chars().all(|character| character.is_alphanumeric() || character == '_')
            || tag.starts_with(|first: char| first.is_ascii_digit())
        {
            return Ok(());
        }
        let tag = &self.sql[at..at + end + 2];
        let body = at + tag.len();
        let Some(length) = self.sql[body..].find(tag) else {
            return Err(format!("the quote `{tag}` is never closed"));
        };
        let end = body + length + tag.len();
        while self.rest.next_if(|(place, _)| *place < end).is_some() {}
        Ok(())
    }

    /// The rest of a comment that a line ends.
    fn line_comment(&mut self) -> Result<(), String> {
        if self.rest.by_ref().any(|(_, character)| character == '\n') {
            return Ok(());
        }
        let message = "the comment `--` goes on to the end, and would swallow what follows in the \
                       statement";
        Err(message.to_owned())
    }

    /// The rest of a comment, which may hold others.
    fn comment(&mut self) -> Result<(), String> {
        let mut depth = 1;
        while let Some((_, character)) = self.rest.next() {
            if character == '*' && self.next_is('/') {
                depth -= 1;
            } else if character == '/' && self.next_is('*') {
                depth += 1;
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err("the comment `/*` is never closed".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{names, type_name, unbalanced};

    #[test]
    fn what_is_opened_has_to_be_closed() {
        for sql in [
            "varchar(16)",
            "numeric(20, 0)[]",
            "\"My \"\"Type(\"",
            "'it''s ('::text",
            "E'\\'('",
            "'\\'",
            "some'('",
            "$$(it's$$ || $a$ $$ ) $a$",
            "a$b || $1",
            "x -- (\n",
            "x /* ( /* ' */ ) */",
            "a - b / c * d",
        ] {
            assert_eq!(unbalanced(sql), None, "{sql}");
        }
        for (sql, message) in [
            ("varchar(16", "`(` is never closed"),
            ("integer[", "`[` is never closed"),
            ("varchar16)", "`)` closes what is not open"),
            ("f(a]", "`]` closes what is not open"),
            ("'it''s", "the quote `'` is never closed"),
            ("\"Type", "the quote `\"` is never closed"),
            ("E'\\'", "the quote `'` is never closed"),
            ("$a$ $$", "the quote `$a$` is never closed"),
            ("a /* /* */", "the comment `/*` is never closed"),
        ] {
            assert_eq!(unbalanced(sql).as_deref(), Some(message), "{sql}");
        }
        assert!(unbalanced("text -- (").is_some_and(|message| message.contains("`--`")));
    }

    #[test]
    fn a_type_is_named_before_its_modifier() {
        assert_eq!(type_name(" Double  PRECISION "), "double precision");
        assert_eq!(type_name("numeric (20, 0)[]"), "numeric");
        assert_eq!(type_name("pg_catalog.int8"), "int8");
    }

    #[test]
    fn names_are_as_postgresql_has_them() {
        assert_eq!(names("Day"), Some(vec!["day".to_owned()]));
        assert_eq!(
            names(" tenant , \"The \"\"Day\"\"\""),
            Some(vec!["tenant".to_owned(), "The \"Day\"".to_owned()])
        );
        for wrong in ["", "a,", "a b", "lower(a)", "1a", "\"\"", "\"a", "a,,b"] {
            assert_eq!(names(wrong), None, "{wrong}");
        }
    }
}
