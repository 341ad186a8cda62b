//! Structs within structs, whose columns are those of one table.
//!
//! How many columns a generic struct has is known only where it is used, and a constant array cannot
//! be as long as that. So the columns go into the shortest of three arrays that holds them, and the
//! text of their names likewise: only the ones that are used get into the program.

use super::{Column, ColumnType, FieldType, Kind};
use std::marker::PhantomData;

/// PostgreSQL's limit: its documentation, appendix "PostgreSQL Limits".
const MAX_COLUMNS: usize = 1600;
/// PostgreSQL's `NAMEDATALEN`, less one.
const MAX_NAME: usize = 63;

/// The columns that every table has: its documentation, chapter "System Columns".
const SYSTEM_COLUMNS: &[&str] = &["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

const SMALL: usize = 16;
const MEDIUM: usize = 128;

const SMALL_TEXT: usize = 1 << 10;
const MEDIUM_TEXT: usize = 1 << 14;
const LARGE_TEXT: usize = 1 << 18;

/// A part of the columns of a table.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The flattened field; `None`: the columns are those of fields of the struct itself.
    field: Option<&'static str>,
    prefix: &'static str,
    columns: &'static [Column],
}

impl Part {
    /// Columns of fields of the struct itself.
    #[must_use]
    pub const fn fields(columns: &'static [Column]) -> Self {
        Self { field: None, prefix: "", columns }
    }

    /// The columns of a flattened field, whose names are to begin with `prefix`.
    #[must_use]
    pub const fn flattened(
        field: &'static str,
        prefix: &'static str,
        columns: &'static [Column],
    ) -> Self {
        Self { field: Some(field), prefix, columns }
    }

    /// The bytes of the texts that have to be made for a column.
    const fn text_length(&self, column: &Column) -> usize {
        let Some(field) = self.field else { return 0 };
        let name = if self.prefix.is_empty() { 0 } else { self.name_length(column) };
        name + field.len() + 1 + column.field().len()
    }

    const fn name_length(&self, column: &Column) -> usize {
        self.prefix.len() + column.name().len()
    }
}

/// A struct with flattened fields.
pub trait Flatten {
    /// Its columns.
    const PARTS: &'static [Part];
}

/// The columns of a struct with flattened fields, as those of one table.
#[derive(Debug)]
pub struct Flattened<T: ?Sized>(PhantomData<T>);

impl<T: Flatten + ?Sized> Flattened<T> {
    const COUNT: usize = count(T::PARTS);
    const TEXT_LENGTH: usize = text_length(T::PARTS);

    const SMALL_TEXT: &'static [u8; SMALL_TEXT] = &text(T::PARTS);
    const MEDIUM_TEXT: &'static [u8; MEDIUM_TEXT] = &text(T::PARTS);
    const LARGE_TEXT: &'static [u8; LARGE_TEXT] = &text(T::PARTS);
    const TEXT: &'static [u8] = if Self::TEXT_LENGTH <= SMALL_TEXT {
        Self::SMALL_TEXT
    } else if Self::TEXT_LENGTH <= MEDIUM_TEXT {
        Self::MEDIUM_TEXT
    } else {
        Self::LARGE_TEXT
    };

    const SMALL: &'static [Column; SMALL] = &columns(T::PARTS, Self::TEXT);
    const MEDIUM: &'static [Column; MEDIUM] = &columns(T::PARTS, Self::TEXT);
    const LARGE: &'static [Column; MAX_COLUMNS] = &columns(T::PARTS, Self::TEXT);

    /// The columns; none if there are too many, which is a [`problem`].
    pub const COLUMNS: &'static [Column] = if Self::COUNT <= SMALL {
        Self::SMALL.split_at(Self::COUNT).0
    } else if Self::COUNT <= MEDIUM {
        Self::MEDIUM.split_at(Self::COUNT).0
    } else if Self::COUNT <= MAX_COLUMNS {
        Self::LARGE.split_at(Self::COUNT).0
    } else {
        &[]
    };
}

const fn count(parts: &[Part]) -> usize {
    let (mut count, mut part) = (0, 0);
    while part < parts.len() {
        count += parts[part].columns.len();
        part += 1;
    }
    count
}

const fn text_length(parts: &[Part]) -> usize {
    let (mut length, mut part) = (0, 0);
    while part < parts.len() {
        let mut column = 0;
        while column < parts[part].columns.len() {
            length += parts[part].text_length(&parts[part].columns[column]);
            column += 1;
        }
        part += 1;
    }
    length
}

/// The names of columns that have a prefix, and the paths of fields, one after the other; nothing
/// if they do not fit.
const fn text<const N: usize>(parts: &[Part]) -> [u8; N] {
    let mut text = Text { bytes: [0; N], length: 0 };
    if text_length(parts) > N {
        return text.bytes;
    }
    let mut at = 0;
    while at < parts.len() {
        let part = parts[at];
        at += 1;
        let Some(field) = part.field else { continue };
        let mut column = 0;
        while column < part.columns.len() {
            if !part.prefix.is_empty() {
                text.push(part.prefix);
                text.push(part.columns[column].name());
            }
            text.push(field);
            text.push(".");
            text.push(part.columns[column].field());
            column += 1;
        }
    }
    text.bytes
}

/// The columns of all parts, in order; nothing if they do not fit.
const fn columns<const N: usize>(parts: &[Part], text: &'static [u8]) -> [Column; N] {
    let none = Column::new("", "", "", FieldType::new(ColumnType::new(Kind::Bool), false));
    let mut columns = [none; N];
    if count(parts) > N || text_length(parts) > text.len() {
        return columns;
    }
    let (mut at, mut part, mut rest) = (0, 0, text);
    while part < parts.len() {
        let Part { field, prefix, columns: of_part } = parts[part];
        part += 1;
        let mut i = 0;
        while i < of_part.len() {
            let mut column = of_part[i];
            if let Some(field) = field {
                let mut name = column.name();
                if !prefix.is_empty() {
                    (name, rest) = split(rest, prefix.len() + name.len());
                }
                let path;
                (path, rest) = split(rest, field.len() + 1 + column.field().len());
                column = column.renamed(name, path);
            }
            columns[at] = column;
            at += 1;
            i += 1;
        }
    }
    columns
}

/// The text that ends here, and what follows. It was put together from whole texts.
const fn split(text: &'static [u8], length: usize) -> (&'static str, &'static [u8]) {
    let (text, rest) = text.split_at(length);
    match std::str::from_utf8(text) {
        Ok(text) => (text, rest),
        Err(_) => ("", rest),
    }
}

/// Text that is made in a constant. What does not fit is left out.
#[derive(Debug)]
struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    const fn push(&mut self, text: &str) {
        let text = text.as_bytes();
        if self.length + text.len() > N {
            return;
        }
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

/// What is wrong with the columns of a flattened struct.
#[derive(Debug)]
pub struct Problem(Text<512>);

impl Problem {
    /// Whether nothing is.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.length == 0
    }

    /// What is wrong.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Compares the columns of the flattened part at this position with those of the parts before it,
/// and of all that are no flattened ones.
///
/// Batches of a table with a primary key are merged from a temporary table with one column more.
#[must_use]
pub const fn problem(parts: &[Part], position: usize, is_keyed: bool) -> Problem {
    let mut problem = Text { bytes: [0; 512], length: 0 };
    // The same for all parts, and told of the last.
    let is_last = position + 1 == last_flattened(parts);
    let has_too_many = count(parts) > if is_keyed { MAX_COLUMNS - 1 } else { MAX_COLUMNS };
    if has_too_many || text_length(parts) > LARGE_TEXT {
        if is_last && has_too_many {
            if is_keyed {
                problem.push("a table with a primary key cannot have more than 1599 columns (its ");
                problem.push("batches are merged from a temporary table with one column more)");
            } else {
                problem.push("a table cannot have more than 1600 columns");
            }
            problem.push(", and with this struct it has more");
        } else if is_last {
            problem.push("the names of columns and fields are too long all together");
        }
        return Problem(problem);
    }
    let (hashes, part) = (hashes(parts), &parts[position]);
    let first = count(parts.split_at(position).0);
    let mut i = 0;
    while i < part.columns.len() && problem.length == 0 {
        let column = &part.columns[i];
        if part.name_length(column) > MAX_NAME {
            problem.push("the name of a column cannot be longer than 63 bytes, where PostgreSQL ");
            problem.push("would cut it: `");
            problem.push(part.prefix);
            problem.push(column.name());
            problem.push("`");
        } else if is_system(part, column) {
            problem.push("the field `");
            push_path(&mut problem, part, column);
            problem.push("` would be the column `");
            problem.push(part.prefix);
            problem.push(column.name());
            problem.push("`, which is one of PostgreSQL's own in every table: ");
            problem.push("give the flattened field another `prefix`");
        }
        let (mut other, mut at) = (0, 0);
        while other < parts.len() && problem.length == 0 {
            let is_compared = other < position || parts[other].field.is_none();
            let mut j = 0;
            while j < parts[other].columns.len() && is_compared && problem.length == 0 {
                let theirs = &parts[other].columns[j];
                if hashes[at + j] == hashes[first + i]
                    && is_same(part, column, &parts[other], theirs)
                {
                    problem.push("the fields `");
                    push_path(&mut problem, &parts[other], theirs);
                    problem.push("` and `");
                    push_path(&mut problem, part, column);
                    problem.push("` are both the column `");
                    problem.push(part.prefix);
                    problem.push(column.name());
                    problem.push("`: give the flattened field a `prefix`, or another one");
                }
                j += 1;
            }
            at += parts[other].columns.len();
            other += 1;
        }
        i += 1;
    }
    Problem(problem)
}

/// Whether the column would have the name of one that every table has.
const fn is_system(part: &Part, column: &Column) -> bool {
    let mut system = 0;
    while system < SYSTEM_COLUMNS.len() {
        let name = SYSTEM_COLUMNS[system].as_bytes();
        let mut i = 0;
        while part.name_length(column) == name.len() && byte(part, column, i) == name[i] {
            i += 1;
            if i == name.len() {
                return true;
            }
        }
        system += 1;
    }
    false
}

/// The number of parts up to and including the last that is flattened.
const fn last_flattened(parts: &[Part]) -> usize {
    let mut end = parts.len();
    while end > 0 && parts[end - 1].field.is_none() {
        end -= 1;
    }
    end
}

const fn push_path<const N: usize>(text: &mut Text<N>, part: &Part, column: &Column) {
    if let Some(field) = part.field {
        text.push(field);
        text.push(".");
    }
    text.push(column.field());
}

/// A number for the name of each column, so that few names have to be compared: each with each would
/// take the compiler long.
const fn hashes(parts: &[Part]) -> [u64; MAX_COLUMNS] {
    let mut hashes = [0; MAX_COLUMNS];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].columns.len() {
            let hash = hash(0xcbf2_9ce4_8422_2325, parts[part].prefix);
            hashes[at] = self::hash(hash, parts[part].columns[i].name());
            at += 1;
            i += 1;
        }
        part += 1;
    }
    hashes
}

/// FNV-1a.
const fn hash(mut hash: u64, text: &str) -> u64 {
    let text = text.as_bytes();
    let mut i = 0;
    while i < text.len() {
        hash = (hash ^ text[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    hash
}

/// Whether two columns have one name.
const fn is_same(part: &Part, column: &Column, other: &Part, theirs: &Column) -> bool {
    if part.name_length(column) != other.name_length(theirs) {
        return false;
    }
    let mut i = 0;
    while i < part.name_length(column) {
        if byte(part, column, i) != byte(other, theirs, i) {
            return false;
        }
        i += 1;
    }
    true
}

const fn byte(part: &Part, column: &Column, at: usize) -> u8 {
    match at.checked_sub(part.prefix.len()) {
        Some(at) => column.name().as_bytes()[at],
        None => part.prefix.as_bytes()[at],
    }
}
