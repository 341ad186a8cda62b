//! What became of a version.

use std::fmt;

/// What became of the version that an ingest filled ([`Ingest::version`](crate::Ingest::version)).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VersionOutcome {
    /// It is published.
    Published {
        /// The labels of the versions that were removed in its stead, the newest first.
        removed: Vec<String>,
    },
    /// Its contents are those of the newest version, which stays the newest: its rows were dropped.
    Equal {
        /// The label of the newest version.
        to: String,
    },
    /// It was published before, and nothing was done.
    Exists,
}

impl fmt::Display for VersionOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Published { removed } if removed.is_empty() => f.write_str("version published"),
            Self::Published { removed } => {
                write!(f, "version published, removed: {}", removed.join(", "))
            }
            Self::Equal { to } => {
                write!(f, "version not published: its contents are those of {to}")
            }
            Self::Exists => f.write_str("version published before"),
        }
    }
}
