//! Names in what a comment says of a table, or digests of them.

use serde::Deserialize;
use std::collections::BTreeSet;

/// The characters of a digest, each of 6 bits.
pub(super) const DIGEST: usize = 6;

/// Names of columns or indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Names {
    /// Whatever there is.
    All,
    Listed(BTreeSet<String>),
    Digested(BTreeSet<String>),
}

/// A list as it is written.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Written {
    Names(BTreeSet<String>),
    Digests(String),
}

impl Default for Written {
    fn default() -> Self {
        Self::Names(BTreeSet::new())
    }
}

impl Names {
    pub(super) fn read(written: Written) -> Self {
        match written {
            Written::Names(names) => Self::Listed(names),
            Written::Digests(digests) => {
                let mut rest = digests.as_str();
                let mut read = BTreeSet::new();
                while let Some((first, others)) = rest.split_at_checked(DIGEST) {
                    read.insert(first.to_owned());
                    rest = others;
                }
                Self::Digested(read)
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Listed(names) => names.contains(name),
            Self::Digested(digests) => digests.contains(&digest(name)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Listed(names) if names.is_empty())
    }

    pub(super) fn among<'n, I: Iterator<Item = &'n str>>(&self, names: I) -> Self {
        Self::Listed(names.filter(|name| self.has(name)).map(str::to_owned).collect())
    }

    pub(super) fn change(&mut self, changes: &[(String, bool)]) {
        let Self::Listed(names) = self else { return };
        for (name, is_made) in changes {
            match is_made {
                true => names.insert(name.clone()),
                false => names.remove(name),
            };
        }
    }

    /// Has the second name where it had the first.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Self::Listed(names) = self
            && names.remove(from)
        {
            names.insert(to.to_owned());
        }
    }

    pub(super) fn written(&self, digested: bool) -> String {
        match self {
            Self::Listed(names) if digested => {
                let digests = names.iter().map(|name| digest(name)).collect::<BTreeSet<_>>();
                format!("\"{}\"", digests.into_iter().collect::<String>())
            }
            Self::Listed(names) => {
                let names = names.iter().map(|name| serde_json::Value::from(name.as_str()));
                let names = names.map(|name| name.to_string()).collect::<Vec<_>>();
                format!("[{}]", names.join(", "))
            }
            Self::Digested(digests) => {
                format!("\"{}\"", digests.iter().map(String::as_str).collect::<String>())
            }
            // It is written by the names of a table.
            Self::All => "[]".to_owned(),
        }
    }
}

/// A digest of a name: its FNV-1a hash, of which 36 bits are kept.
pub(super) fn digest(name: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = hash ^ (hash >> 32);
    let letter = |at: usize| {
        let [byte, ..] = (hash >> (6 * at)).to_le_bytes();
        char::from(LETTERS[usize::from(byte & 63)])
    };
    (0..DIGEST).map(letter).collect()
}
