// Printed by `pg-bulk-ingest struct` of public.not_null_not_valid, public.temporal, public.version_7 and 1 more.
// Types of the crates chrono, uuid.

use pg_bulk_ingest::{Filled, IngestTable};

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "not_null_not_valid")]
pub struct NotNullNotValid {
    #[ingest(primary_key)]
    pub id: i32,
    pub value: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - primary key temporal_pkey: gist (id, during) WITHOUT OVERLAPS
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "temporal")]
pub struct Temporal {
    pub id: i32,
    pub during: (std::ops::Bound<chrono::NaiveDate>, std::ops::Bound<chrono::NaiveDate>),
    pub value: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "version_7")]
pub struct Version7 {
    #[ingest(primary_key, default = "uuidv7()")]
    pub id: uuid::Uuid,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "virtual_columns")]
pub struct VirtualColumns {
    #[ingest(primary_key)]
    pub id: i32,
    pub name: String,
    #[ingest(generated = "upper(name)", virtual)]
    pub upper_name: Filled<Option<String>>,
}

pub async fn each(look: &mut crate::look::Look) {
    look.at::<NotNullNotValid>().await;
    look.at::<Temporal>().await;
    look.at::<Version7>().await;
    look.at::<VirtualColumns>().await;
}
