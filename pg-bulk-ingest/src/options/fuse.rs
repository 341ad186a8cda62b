//! A guard against deletes of more rows than are meant to go.

/// How many rows an ingest may delete: see [`Ingest::fuse`](crate::Ingest::fuse).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fuse(Limit);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    Share(f64),
    Rows(u64),
}

impl Fuse {
    /// At most this share of the rows that each table has, between 0 and 1. Of an empty table nothing can go.
    ///
    /// ```
    /// use pg_bulk_ingest::Fuse;
    ///
    /// let fuse = Fuse::share(0.2);
    /// # let _ = fuse;
    /// ```
    #[must_use]
    pub const fn share(share: f64) -> Self {
        Self(Limit::Share(share))
    }

    /// At most so many rows of each table.
    ///
    /// ```
    /// use pg_bulk_ingest::Fuse;
    ///
    /// let fuse = Fuse::rows(1_000);
    /// # let _ = fuse;
    /// ```
    #[must_use]
    pub const fn rows(rows: u64) -> Self {
        Self(Limit::Rows(rows))
    }

    /// Whether so many of so many rows may go.
    #[expect(clippy::cast_precision_loss, reason = "a share of 2^53 rows is near enough")]
    pub(crate) fn allows(self, going: u64, rows: u64) -> bool {
        match self.0 {
            Limit::Rows(most) => going <= most,
            // What is no number allows nothing.
            Limit::Share(share) => going == 0 || going as f64 <= share * rows as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fuse;

    #[test]
    fn what_is_allowed_is_allowed_up_to_the_row() {
        assert!(Fuse::share(0.2).allows(2, 10) && !Fuse::share(0.2).allows(3, 10));
        assert!(Fuse::share(0.0).allows(0, 10) && !Fuse::share(0.0).allows(1, 10));
        assert!(Fuse::share(1.0).allows(10, 10) && Fuse::share(0.5).allows(0, 0));
        assert!(!Fuse::share(f64::NAN).allows(1, 10) && Fuse::share(f64::NAN).allows(0, 10));
        assert!(Fuse::rows(3).allows(3, 3) && !Fuse::rows(3).allows(4, 1_000));
    }
}
