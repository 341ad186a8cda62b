//! Definitions that live tables are brought to.

use chrono::{DateTime, TimeDelta, Utc};
use pg_bulk_ingest::IngestTable;
use std::net::IpAddr;

/// The definition of most cases.
#[derive(Debug, IngestTable)]
#[ingest(table = "t", index(value))]
pub(super) struct Plain {
    #[ingest(primary_key)]
    pub(super) id: i32,
    #[ingest(sql_type = "varchar(16)")]
    pub(super) value: Option<String>,
    #[ingest(default = "1 + 1")]
    pub(super) number: f64,
}

// The comment says that an ingest made the table.
pub(super) const PLAIN: &str = "
    CREATE TABLE t (id int PRIMARY KEY, value varchar(16), number float8 NOT NULL DEFAULT 1 + 1);
    CREATE INDEX t_value_idx ON t (value);
    COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}';";

pub(super) const PLAIN_ROWS: &str = "
    INSERT INTO t (id, value, number) VALUES (1, 'a', 1.5), (2, NULL, 2.5);";

/// Types that others widen to.
#[derive(Debug, IngestTable)]
#[ingest(table = "t")]
pub(super) struct Wide {
    pub(super) id: i64,
    pub(super) at: DateTime<Utc>,
    #[ingest(sql_type = "text")]
    pub(super) name: String,
    #[ingest(sql_type = "interval")]
    pub(super) span: TimeDelta,
    pub(super) address: IpAddr,
    pub(super) tags: Vec<String>,
}

pub(super) const WIDE: &str = "
    CREATE TABLE t (id bigint NOT NULL, at timestamptz NOT NULL, name text NOT NULL,
        span interval NOT NULL, address inet NOT NULL, tags text[] NOT NULL);
    COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}';";

pub(super) const WIDE_ROWS: &str = "
    INSERT INTO t VALUES (1, '2026-01-02 03:04:05.678', 'a', '1 second', '10.0.0.0/8', '{x}');";

macro_rules! indexed {
    ($(#[$doc:meta])* $name:ident $($include:tt)*) => {
        $(#[$doc])*
        #[derive(Debug, IngestTable)]
        #[ingest(
            table = "t",
            primary_key(b, a),
            unique(a, c),
            unique(d),
            index(on(a desc nulls last, b) $($include)*),
            index(c, where = "a > 0"),
            index(sql = "USING btree (lower(c), (a + 1))"),
            index(e, using = "gin")
        )]
        pub(super) struct $name {
            pub(super) a: i32,
            pub(super) b: i32,
            pub(super) c: String,
            pub(super) d: Option<i32>,
            pub(super) e: Vec<i32>,
        }
    };
}

indexed! {
    /// Every form of index.
    Indexed, include(c)
}

indexed! {
    /// The same on 10, which has no INCLUDE.
    IndexedOn10
}

/// The table of [`Indexed`], or of [`IndexedOn10`].
pub(super) fn indexed() -> String {
    let include = if tests::version() < 11 { "" } else { " INCLUDE (c)" };
    INDEXED.replace(" INCLUDE (c)", include)
}

const INDEXED: &str = "
    CREATE TABLE t (a int NOT NULL, b int NOT NULL, c text NOT NULL, d int, e int[] NOT NULL,
        CONSTRAINT t_pkey PRIMARY KEY (b, a));
    ALTER TABLE t ADD CONSTRAINT u1 UNIQUE (a, c), ADD CONSTRAINT u2 UNIQUE (d);
    CREATE INDEX i1 ON t (a DESC NULLS LAST, b) INCLUDE (c);
    CREATE INDEX i2 ON t (c) WHERE a > 0;
    CREATE INDEX i3 ON t (lower(c), (a + 1));
    CREATE INDEX i4 ON t USING gin (e);
    COMMENT ON TABLE t IS '{\"pg-bulk-ingest\": {}}';";

pub(super) const INDEXED_ROWS: &str = "
    INSERT INTO t VALUES (1, 1, 'x', 1, '{1}'), (2, 1, 'y', NULL, '{}');";
