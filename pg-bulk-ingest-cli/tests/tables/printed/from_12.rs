// Printed by `pg-bulk-ingest struct` of public.arrays_of_domains, public.generated, public.including and 2 more.
// Cargo.toml: pg-bulk-ingest = { version = "0.1.0", features = ["rust_decimal"] }
// Types of the crates chrono, rust_decimal.

use pg_bulk_ingest::{Filled, IngestTable};

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "arrays_of_domains")]
pub struct ArraysOfDomains {
    #[ingest(sql_type = "public.short_text[]")]
    pub a: Vec<String>,
    #[ingest(sql_type = "public.positive[]")]
    pub b: Option<Vec<i32>>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "generated")]
pub struct Generated {
    #[ingest(primary_key)]
    pub id: i32,
    pub name: String,
    #[ingest(sql_type = "numeric(10,2)")]
    pub amount: rust_decimal::Decimal,
    #[ingest(generated = "lower(name)")]
    pub lower_name: Filled<Option<String>>,
    #[ingest(sql_type = "pg_catalog.tsvector", generated = "to_tsvector('english'::regconfig, name)", index(using = "gin"))]
    pub words: Filled<Option<String>>,
    #[ingest(sql_type = "numeric(12,2)", generated = "(amount * (2)::numeric)")]
    pub doubled: Filled<rust_decimal::Decimal>,
    #[ingest(sql_type = "pg_catalog.point", generated = "point((1)::double precision, (2)::double precision)")]
    pub at: Filled<Option<String>>,
    #[ingest(sql_type = "varchar(1)", generated = "substr(name, 1, 1)")]
    pub initial: Filled<Option<String>>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "including")]
#[ingest(unique(a, include(b)))]
#[ingest(unique(a, c, include(b, id)))]
#[ingest(index(on(id desc, a), include(b, c), where = "c > 0"))]
#[ingest(index(id, include(b)))]
#[allow(clippy::duplicated_attributes)]
pub struct Including {
    pub id: Option<i32>,
    pub a: Option<String>,
    pub b: Option<String>,
    pub c: Option<i32>,
}

// Not said by the struct, and left as it is by an ingest:
// - primary key key_that_includes_pkey: btree (id) INCLUDE (value) (it includes columns that are no part of the key)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "key_that_includes")]
pub struct KeyThatIncludes {
    pub id: i32,
    pub value: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "partitioned_with_key")]
#[ingest(partition_by = "list (day)")]
pub struct PartitionedWithKey {
    #[ingest(primary_key)]
    pub day: chrono::NaiveDate,
    #[ingest(primary_key)]
    pub id: i32,
    #[ingest(index)]
    pub value: Option<String>,
}

pub async fn each(look: &mut crate::look::Look) {
    look.at::<ArraysOfDomains>().await;
    look.at::<Generated>().await;
    look.at::<Including>().await;
    look.at::<KeyThatIncludes>().await;
    look.at::<PartitionedWithKey>().await;
}
