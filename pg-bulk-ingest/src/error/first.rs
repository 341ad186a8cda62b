//! Lists within errors.

use std::fmt;

/// How many items of a list are told.
const TOLD: usize = 10;

/// The first items of a list, between which there is a separator, and how many more there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct First<'a>(pub(crate) &'a [String], pub(crate) &'static str);

impl fmt::Display for First<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(items, separator) = *self;
        // One more is told rather than counted.
        let told = if items.len() > TOLD + 1 { TOLD } else { items.len() };
        f.write_str(&items[..told].join(separator))?;
        match items.len() - told {
            0 => Ok(()),
            more => write!(f, "{separator}and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::First;

    #[test]
    fn what_is_not_told_is_counted() {
        let items = (0..1000).map(|item| item.to_string()).collect::<Vec<_>>();
        let told = |count| First(&items[..count], "; ").to_string();
        assert_eq!(told(0), "");
        assert_eq!(told(2), "0; 1");
        assert_eq!(told(11), "0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10");
        assert_eq!(told(12), "0; 1; 2; 3; 4; 5; 6; 7; 8; 9; and 2 more");
        assert_eq!(told(1000), "0; 1; 2; 3; 4; 5; 6; 7; 8; 9; and 990 more");
    }
}
