// Printed by `pg-bulk-ingest struct` of public.brin_multi, public.identifiers, public.multiranges and 1 more.
// Types of the crates chrono, uuid.

use pg_bulk_ingest::{Filled, IngestTable};

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "brin_multi")]
#[ingest(index(sql = "USING brin (a int4_minmax_multi_ops (values_per_range='16'), b)"))]
#[ingest(index(sql = "USING btree (b) WITH (deduplicate_items=off)"))]
pub struct BrinMulti {
    #[ingest(index(opclass = "int4_bloom_ops", using = "brin"))]
    pub a: Option<i32>,
    pub b: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "identifiers")]
pub struct Identifiers {
    #[ingest(primary_key, default = "gen_random_uuid()")]
    pub id: Filled<uuid::Uuid>,
    pub value: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "multiranges")]
pub struct Multiranges {
    #[ingest(text, sql_type = "int4multirange")]
    pub a: Option<String>,
    #[ingest(text, sql_type = "datemultirange[]")]
    pub b: Option<String>,
    #[ingest(text, sql_type = "xid8")]
    pub c: Option<String>,
    #[ingest(text, sql_type = "pg_snapshot")]
    pub d: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - unique index nulls_not_distinct_c_idx: btree (c) NULLS NOT DISTINCT (it is no constraint, and `unique` would make it one)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "nulls_not_distinct")]
#[ingest(unique(b, c, nulls_not_distinct))]
pub struct NullsNotDistinct {
    #[ingest(unique(nulls_not_distinct))]
    pub a: Option<i32>,
    pub b: Option<i32>,
    pub c: Option<i32>,
}

pub async fn each(look: &mut crate::look::Look) {
    look.at::<BrinMulti>().await;
    look.at::<Identifiers>().await;
    look.at::<Multiranges>().await;
    look.at::<NullsNotDistinct>().await;
}
