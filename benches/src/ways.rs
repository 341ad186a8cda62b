//! Ways of merging rows in plain SQL. The rows are encoded beforehand.

use crate::contender::copy_encoded;
use crate::table::{Rows, record, update};
use bytes::Bytes;
use tokio_postgres::Client;

/// How rows that are staged get into the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A logged staging table, the last of equal keys by ctid, then all of it by ON CONFLICT.
    Python,
    /// From here on the staging table is temporary, and its keys are taken to be distinct.
    KeyOrder,
    WhereDiffers,
    Merge,
    JoinFirst,
    Probes,
}

impl Way {
    pub(crate) const ALL: [Self; 6] = [
        Self::Python,
        Self::KeyOrder,
        Self::WhereDiffers,
        Self::Merge,
        Self::JoinFirst,
        Self::Probes,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Python => "the Python package's SQL",
            Self::KeyOrder => "ON CONFLICT, in the order of the key",
            Self::WhereDiffers => "ON CONFLICT … WHERE the row differs",
            Self::Merge => "MERGE, WHEN MATCHED AND the row differs",
            Self::JoinFirst => "what differs by a join, then ON CONFLICT",
            Self::Probes => "what differs by probes, then ON CONFLICT",
        }
    }

    /// Whether servers of this major version have it.
    pub(crate) fn is_in(self, version: u32) -> bool {
        self != Self::Merge || version >= 15
    }

    fn staging(self) -> &'static str {
        if self == Self::Python { "staging" } else { "pg_temp.staging" }
    }

    fn merge<R: Rows>(self) -> String {
        let (table, update) = (R::NAME, update::<R>());
        let (live, new) = (record::<R>("live"), record::<R>("new"));
        match self {
            Self::Python => format!(
                "DELETE FROM staging a USING (SELECT max(ctid) AS ctid, id FROM staging \
                 GROUP BY id HAVING count(*) > 1) b WHERE a.id = b.id AND a.ctid <> b.ctid; \
                 INSERT INTO {table} SELECT * FROM staging {update}"
            ),
            Self::KeyOrder => {
                format!("INSERT INTO {table} SELECT * FROM staging ORDER BY id {update}")
            }
            Self::WhereDiffers => format!(
                "INSERT INTO {table} AS live SELECT * FROM staging ORDER BY id {update} \
                 WHERE {live} *<> {}",
                record::<R>("excluded"),
            ),
            Self::Merge => {
                let set = R::OTHERS.iter().map(|name| format!("{name} = new.{name}"));
                let set = set.collect::<Vec<_>>().join(", ");
                let values = R::OTHERS.iter().map(|name| format!("new.{name}"));
                let values = values.collect::<Vec<_>>().join(", ");
                format!(
                    "MERGE INTO {table} live USING staging new ON live.id = new.id \
                     WHEN MATCHED AND {live} *<> {new} THEN UPDATE SET {set} \
                     WHEN NOT MATCHED THEN INSERT VALUES (new.id, {values})"
                )
            }
            Self::JoinFirst => format!(
                "INSERT INTO {table} SELECT new.* FROM staging new LEFT JOIN {table} live \
                 ON live.id = new.id WHERE live.id IS NULL OR {live} *<> {new} {update}"
            ),
            Self::Probes => format!(
                "INSERT INTO {table} SELECT new.* FROM (SELECT * FROM staging ORDER BY id) new \
                 LEFT JOIN LATERAL (SELECT * FROM {table} live WHERE live.id = new.id LIMIT 1) live \
                 ON true WHERE live.id IS NULL OR {live} *<> {new} {update}"
            ),
        }
    }

    /// Merges rows in one transaction.
    pub(crate) async fn run<R: Rows>(self, client: &Client, chunks: &[Bytes]) {
        let staging = self.staging();
        client.batch_execute(&format!("BEGIN; {}", R::create(staging))).await.unwrap();
        copy_encoded(client, staging, chunks).await;
        let merge = self.merge::<R>();
        client.batch_execute(&format!("{merge}; DROP TABLE {staging}; COMMIT")).await.unwrap();
    }
}
