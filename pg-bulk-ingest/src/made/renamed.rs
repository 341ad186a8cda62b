//! Which names columns had, for structs that still have them.

use super::names::{DIGEST, digest};
use crate::catalog::LiveColumn;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The names that columns had, each with the one that the column has now; either a name or its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Renamed {
    names: BTreeMap<String, String>,
    digests: BTreeMap<String, String>,
}

/// As it is written: an object, or the digests of names in pairs.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Written {
    Names(BTreeMap<String, String>),
    Digests(String),
}

impl Default for Written {
    fn default() -> Self {
        Self::Names(BTreeMap::new())
    }
}

impl Renamed {
    pub(super) fn read(written: Written) -> Self {
        let mut read = Self::default();
        match written {
            Written::Names(names) => read.names = names,
            Written::Digests(digests) => {
                let mut rest = digests.as_str();
                while let Some((pair, others)) = rest.split_at_checked(2 * DIGEST) {
                    if let Some((from, to)) = pair.split_at_checked(DIGEST) {
                        read.digests.insert(from.to_owned(), to.to_owned());
                    }
                    rest = others;
                }
            }
        }
        read
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.digests.is_empty()
    }

    pub(super) fn has(&self, from: &str, to: &str) -> bool {
        let digested = self.digests.get(&digest(from));
        self.names.get(from).is_some_and(|name| name == to)
            || digested.is_some_and(|digested| *digested == digest(to))
    }

    /// Those of columns that there are.
    pub(super) fn among(&self, columns: &[LiveColumn]) -> Self {
        let mut among = self.clone();
        among.names.retain(|_, to| columns.iter().any(|column| column.name == *to));
        let digests = columns.iter().map(|column| digest(&column.name)).collect::<Vec<_>>();
        among.digests.retain(|_, to| digests.contains(to));
        among
    }

    /// A column gets another name, and with it those that had its own before.
    pub(super) fn add(&mut self, from: &str, to: &str) {
        let (digested, to_digested) = (digest(from), digest(to));
        self.names.values_mut().filter(|name| *name == from).for_each(|name| to.clone_into(name));
        let digests = self.digests.values_mut().filter(|name| **name == digested);
        digests.for_each(|name| name.clone_from(&to_digested));
        self.forget(to);
        self.forget(from);
        self.names.insert(from.to_owned(), to.to_owned());
    }

    /// A column gets the name by being added: no other has had it.
    pub(super) fn forget(&mut self, from: &str) {
        self.names.remove(from);
        self.digests.remove(&digest(from));
    }

    /// As a comment says it.
    pub(super) fn written(&self, digested: bool) -> String {
        if !digested && self.digests.is_empty() {
            return serde_json::to_string(&self.names).unwrap_or_else(|_| "{}".to_owned());
        }
        let names = self.names.iter().map(|(from, to)| (digest(from), digest(to)));
        let digests = self.digests.iter().map(|(from, to)| (from.clone(), to.clone()));
        let pairs = names.chain(digests).collect::<BTreeMap<_, _>>();
        format!("\"{}\"", pairs.into_iter().map(|(from, to)| from + &to).collect::<String>())
    }
}
