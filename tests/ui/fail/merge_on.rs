use pg_bulk_ingest::{Filled, IngestTable};

#[derive(IngestTable)]
#[ingest(merge_on(email))]
struct OnWhatIsNotUnique {
    #[ingest(primary_key, identity)]
    id: Filled<i64>,
    email: String,
}

#[derive(IngestTable)]
#[ingest(unique(shop, code), merge_on(shop))]
struct OnPartOfAUniqueConstraint {
    shop: i32,
    code: String,
}

#[derive(IngestTable)]
#[ingest(merge_on(id))]
struct OnThePrimaryKey {
    #[ingest(primary_key)]
    id: i64,
}

#[derive(IngestTable)]
#[ingest(merge_on(id))]
struct OnWhatTheServerFills {
    #[ingest(unique, identity)]
    id: Filled<i64>,
    email: String,
}

#[derive(IngestTable)]
#[ingest(merge_on(email))]
struct OnWhatIsKept {
    #[ingest(unique, on_update = "keep")]
    email: String,
}

#[derive(IngestTable)]
#[ingest(merge_on(email), newest_by(email))]
struct NewestByTheKey {
    #[ingest(unique)]
    email: String,
}

#[derive(IngestTable)]
#[ingest(merge_on(email), newest_by(id))]
struct NewestByThePrimaryKey {
    #[ingest(primary_key)]
    id: i64,
    #[ingest(unique)]
    email: String,
}

#[derive(IngestTable)]
#[ingest(merge_on(email))]
struct OnWhatCanBeNull {
    #[ingest(unique)]
    email: Option<String>,
}

#[derive(IngestTable)]
#[ingest(merge_on)]
struct OnNothing {
    #[ingest(unique)]
    email: String,
}

fn main() {}
