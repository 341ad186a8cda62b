//! Which versions of a table are kept.

/// Which versions of a table are kept, and whether one is published whose contents are those of the newest: see
/// [`Ingest::version`](crate::Ingest::version). Default: all versions are kept, and equal contents are not
/// published again.
///
/// ```
/// use pg_bulk_ingest::Versions;
///
/// assert_eq!(Versions::all(), Versions::default());
/// assert_ne!(Versions::keep(3), Versions::keep(3).even_if_equal());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub struct Versions {
    /// How many are kept; `None`: all.
    pub(crate) kept: Option<usize>,
    /// Whether a version is published also if its contents are those of the newest.
    pub(crate) even_if_equal: bool,
}

impl Versions {
    /// Keeps all versions.
    ///
    /// ```
    /// use pg_bulk_ingest::Versions;
    ///
    /// let versions = Versions::all();
    /// # let _ = versions;
    /// ```
    pub const fn all() -> Self {
        Self { kept: None, even_if_equal: false }
    }

    /// Keeps the newest `count` versions, at least one: those before them are detached and dropped in the
    /// transaction that publishes the next.
    ///
    /// Only partitions that an ingest published as versions count, and are dropped. One that a view, or
    /// another object, depends on is refused by PostgreSQL (2BP01): the new version is then not
    /// published, and the next ingest of it finds its rows loaded.
    ///
    /// ```
    /// use pg_bulk_ingest::Versions;
    ///
    /// let versions = Versions::keep(3);
    /// # let _ = versions;
    /// ```
    pub const fn keep(count: usize) -> Self {
        Self { kept: Some(if count == 0 { 1 } else { count }), even_if_equal: false }
    }

    /// Publishes a version also if its contents are those of the newest.
    ///
    /// ```
    /// use pg_bulk_ingest::Versions;
    ///
    /// let versions = Versions::keep(3).even_if_equal();
    /// # let _ = versions;
    /// ```
    pub const fn even_if_equal(self) -> Self {
        Self { even_if_equal: true, ..self }
    }
}
